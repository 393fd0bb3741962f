#include "rightsize/decision.h"

namespace rightsize {

const char* to_string(Signal signal) {
  switch (signal) {
    case Signal::kMaxProbability:
      return "max_probability";
    case Signal::kMargin:
      return "margin";
    case Signal::kEntropy:
      return "entropy";
    case Signal::kMeanLogProbability:
      return "mean_log_probability";
    case Signal::kMinLogProbability:
      return "min_log_probability";
    case Signal::kLengthRatio:
      return "length_ratio";
    case Signal::kSimilarity:
      return "similarity";
  }
  return "?";
}

const char* to_string(Action action) {
  switch (action) {
    case Action::kExtract:
      return "extract";
    case Action::kRun:
      return "run";
    case Action::kAnswer:
      return "answer";
    case Action::kCombine:
      return "combine";
    case Action::kAbstain:
      return "abstain";
  }
  return "?";
}

const char* to_string(Reason reason) {
  switch (reason) {
    case Reason::kFirstStage:
      return "first_stage";
    case Reason::kNotConfident:
      return "not_confident";
    case Reason::kModelFailed:
      return "model_failed";
    case Reason::kDoubtful:
      return "doubtful";
    case Reason::kUnavailable:
      return "unavailable";
    case Reason::kConfident:
      return "confident";
    case Reason::kLastStage:
      return "last_stage";
    case Reason::kDeadline:
      return "deadline";
    case Reason::kLaterFailed:
      return "later_failed";
    case Reason::kNoAnswer:
      return "no_answer";
    case Reason::kFeatures:
      return "features";
    case Reason::kProbe:
      return "probe";
    case Reason::kChosen:
      return "chosen";
    case Reason::kNoneSuitable:
      return "none_suitable";
    case Reason::kNoFeatures:
      return "no_features";
  }
  return "?";
}

}  // namespace rightsize
