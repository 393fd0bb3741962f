// What the figures and kinds of an evaluation are to a reader, the same in every form of the
// report.
#pragma once

#include <string>
#include <vector>

#include "lab/evaluate/evaluate.h"
#include "lab/evaluate/figure_text.h"

namespace rightsize {

// The same figure with a minus sign instead of a hyphen.
std::string typographic(std::string figure);

// The evaluation as it is shown: targets that no point reaches are listed apart.
Evaluation without_unreached(Evaluation evaluation);
// Which these are, in a sentence; empty where there are none.
std::string unreached_note(const Evaluation& evaluation);

// "quality", or without labels "agreement".
std::string quality_word(const Evaluation& evaluation);
// What an answer that counts is: "right", or without labels "the same as big_model's".
std::string right_words(const Evaluation& evaluation);
// "top-1 accuracy", or "top-1 agreement with big_model" where a model is the reference.
std::string quality_words(const Evaluation& evaluation);

// The kinds that choose by input (the cascade, a selector file, ...), ours first; the fixed choice
// and the majority model are controls.
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
