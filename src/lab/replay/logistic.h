// Logistic regression by Newton's method, for the few features of learned deferral and routing.
// (The classifiers of premodels are fitted in lab/premodel.)
#pragma once

#include <cstddef>
#include <vector>

namespace rightsize {

// Coefficients that minimise sum of log loss + penalty / 2 * sum of squares, where the squares are
// those of the coefficients of standardised features and the first one, the constant's, is free.
// `rows`: examples x features, the first of which is 1. Features that are not finite count as 0. At
// least one example; a target is 0 or 1.
std::vector<double> fit_logistic(const std::vector<double>& rows, std::size_t features,
                                 const std::vector<char>& targets, double penalty);

// For every item, the probability of `targets` among items as sure as this one: a logistic
// regression on the log odds of the sureness, where it is a probability or the negative
// of one, or on the sureness itself. -infinity is as unsure as can be.
std::vector<double> smoothed(const std::vector<double>& sureness, const std::vector<char>& targets);

}  // namespace rightsize
