// How figures are written, the same in every sentence, table and page; and the figures as a reader
// then sees them, for judgements that no printed figure shall contradict.
#pragma once

#include <cstddef>
#include <string>

#include "selector/selector_file.h"  // Estimate

namespace rightsize {

// All give "-" for what is not a finite number.
std::string percent(double share);      // 0.795 -> "79.5"
std::string points(double difference);  // -0.012 -> "-1.2", with a sign unless it is 0.0
std::string milliseconds(double ms);    // three digits or so: "0.75", "12.3", "140"
std::string times(double factor);       // "2.31", "52.8", "140"

using Format = std::string (*)(double);
// "79.5 [77.1, 81.8]"
std::string with_interval(const Estimate& estimate, Format format, const char* unit = "");

// As `percent` and `points` show it: in tenths of a point.
Estimate shown_share(const Estimate& estimate);
// As `times` shows it, where it is below 10: in hundredths.
Estimate shown_times(const Estimate& estimate);

// Up to two digits that count: an estimate of how many is no more exact than that. 1701 gives 1800.
std::size_t rounded_up(std::size_t inputs);

}  // namespace rightsize
