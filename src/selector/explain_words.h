// Facts of an explanation as sentences; for explain_text.cc.
#pragma once

#include <string>
#include <vector>

#include "selector/explain.h"

namespace rightsize {

std::string ms_text(double milliseconds);  // with its unit
std::string percent_text(double share);    // with its sign
std::string said_text(const Said& said);
std::string passed_over_text(const std::vector<std::string>& models);
const char* source_text(ModelCost::Source source);

// One answer alone cannot agree with another: nothing would change that.
bool is_first_of_agreement(const StageTest& comparison);
// How the value compares with the threshold; "its" is the model's.
std::string comparison_text(const StageTest& comparison);
std::string decided_by_text(const StageTest& comparison, const std::string& model);
std::string change_text(const StageTest& comparison, const std::string& model);

std::string choice_text(const PremodelChoice& choice);
// One line per feature.
std::vector<std::string> path_lines(const std::vector<Condition>& path);
std::string factor_text(const Factor& factor);
std::string change_text(const FeatureChange& change, const std::string& chosen);

// What came of it; no sentence.
std::string other_text(const OtherPoint& other);

}  // namespace rightsize
