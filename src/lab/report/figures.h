// How figures are written, the same in every form of the report; and what the kinds of an
// evaluation are to a reader.
#pragma once

#include <string>
#include <vector>

#include "lab/evaluate/evaluate.h"

namespace rightsize {

// All give "-" for what is not a finite number.
std::string percent(double share);      // 0.795 -> "79.5"
std::string points(double difference);  // -0.012 -> "-1.2", with a sign unless it is 0.0
std::string milliseconds(double ms);    // three digits or so: "0.75", "12.3", "140"
std::string times(double factor);       // "2.31", "52.8", "140"

// The same figure with a minus sign instead of a hyphen.
std::string typographic(std::string figure);

using Format = std::string (*)(double);
// "79.5 [77.1, 81.8]"
std::string with_interval(const Estimate& estimate, Format format, const char* unit = "");

// "top-1 accuracy", or "top-1 agreement with big_model" where a model is the reference.
std::string quality_words(const Evaluation& evaluation);

// The kinds that choose by input (the cascade, a selector file, ...), ours first; the fixed choice
// and the majority model are controls.
bool is_control(const KindFigures& kind);
std::vector<const KindFigures*> adaptive_kinds(const Evaluation& evaluation);
std::vector<const KindFigures*> control_kinds(const Evaluation& evaluation);
// "cascade", "selector file (trained on these very inputs)".
std::string kind_words(const KindFigures& kind);

// The models from cheap to dear, as positions in model_names.
std::vector<std::size_t> models_by_cost(const Evaluation& evaluation);

// "Adaptive selection pays" and so on.
std::string verdict_headline(VerdictKind kind);

// Quoted for a shell where it must be.
std::string shell_word(const std::string& word);

// The call of the program that gives this evaluation.
std::string reproducing_command(const Evaluation& evaluation);

}  // namespace rightsize
