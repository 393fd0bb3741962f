// Reads a run.db: as the table that training and evaluation use, and as a summary for people.
//
// Both open the file read-only and work on a read-only folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lab/energy/meter.h"
#include "lab/profile/mean.h"
#include "lab/profile/median.h"
#include "lab/profile/store.h"
#include "lab/table.h"
#include "rightsize/status.h"

namespace rightsize {

// The recorded outcomes of a complete run. Fails, saying what is missing, where outcomes or
// latencies are not complete yet, and for a single shard.
//
// What a cell costs: the inference of a network of fixed input shape costs the same for every
// image, so `cpu` is the median over all inference samples of the model plus the median of this
// cell's pre-processing samples (of all of the model where the item was not timed). `wall`
// likewise. Decoding and each group of features: the median over the item's samples, or over all
// items. Energy is the mean over the blocks of the model, of decoding and features likewise;
// nothing where there are fewer than `kFewestForMean`.
Result<OutcomeTable> read_table(const std::filesystem::path& path);

// As above, without the models whose names match one of the patterns (see `leave_out`).
Result<OutcomeTable> read_table(const std::filesystem::path& path,
                                const std::vector<std::string>& left_out);

// Do the times and energies of all inputs together fit into a sum of integers, with room? No device
// works for years on a data set.
Status check_sums(const OutcomeTable& table);

struct ModelSummary {
  std::string name;
  std::size_t answered = 0;    // items with an answer
  std::size_t failed = 0;      // decoded items on which the model failed
  std::string first_error;     // of the first such item
  std::size_t unanswered = 0;  // decoded items to which it knows no answer
  std::size_t labelled = 0;    // decoded items with a label: what top-1 and top-5 are out of
  std::size_t top1 = 0;        // of them, answered rightly
  std::size_t top5 = 0;        // of them, with the label among the five surest classes
  MedianInterval inference_cpu;
  MedianInterval inference_wall;
  Nanoseconds preprocess_cpu{0};  // medians
  Nanoseconds preprocess_wall{0};
  MeanInterval energy;  // joules per classification above idle; no samples: not measured
  ModelResources resources;
};

struct RunSummary {
  RunHeader header;
  std::size_t items = 0;  // of the shard
  std::size_t pending = 0;
  std::size_t failed = 0;   // could not be decoded
  std::string first_error;  // of the first such item
  std::vector<ModelSummary> models;
  Nanoseconds decode_cpu{0};  // medians
  Nanoseconds decode_wall{0};
  std::vector<Elapsed> features;  // [group of header.features]: medians; empty: none recorded
  MeanInterval decode_energy;     // joules per image above idle; no samples: not measured
  MeanInterval feature_energy;    // the same of all features of an image
  std::optional<IdlePower> idle;  // of the last session in the file
  std::string no_energy;          // why energy was not measured, or not to the end
  // Of the last complete timing phase; nothing where there is none. A model whose
  // inference_cpu.relative_width() is larger did not reach it.
  std::optional<double> tolerance;
};

Result<RunSummary> read_run_summary(const std::filesystem::path& path);
Result<RunSummary> summarise(RunStore& store);

}  // namespace rightsize
