// The recorded outcomes of a run, in memory: what training, evaluation and the recorded world read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/classes.h"
#include "core/image_feature_set.h"
#include "core/manifest.h"
#include "core/provenance.h"
#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize {

struct RecordedOutcome {
  TrialStatus status = TrialStatus::kFailed;
  ClassOutcome outcome;
  std::uint32_t doubts = 0;  // what a check found lost, as bits of the task; 0: nothing
  Nanoseconds cpu{0};        // pre-processing and inference
  Nanoseconds wall{0};
  // Nanojoules above the idle machine, pre-processing and inference: the mean of the model, the
  // same for every item. As measured, so noise can make it negative. Nothing where not measured.
  std::optional<std::int64_t> energy_nj;
};

// What a run of the task "translation" records besides: one entry per item, or per item and model
// as OutcomeTable::cells. All empty for other tasks.
struct TextCell {
  std::string text;  // the translation; empty where the model failed
  std::int32_t source_pieces = 0;
  std::int32_t target_tokens = 0;
  bool finished = true;
};
struct TextTable {
  std::vector<std::string> sources;     // as models get them
  std::vector<std::string> references;  // empty where the data has none
  std::vector<TextCell> cells;
};

// What a model needs besides time and energy. Nothing where it was not measured.
struct ModelResources {
  std::optional<std::int64_t> file_bytes;
  std::optional<std::int64_t> memory_bytes;  // private, resident: of the session after a run
  std::optional<double> cpu_cores;           // CPU time of the inference / its wall time
};

// Which features a run recorded.
struct FeatureSpec {
  std::string set;  // FeatureSet::name; empty: none
  ImageFeatureOptions options;
  bool operator==(const FeatureSpec&) const = default;
};

struct OutcomeTable {
  Zoo zoo;
  std::vector<std::string> left_out;  // patterns given to `leave_out`
  Provenance provenance;
  std::vector<std::string> items;
  std::vector<std::int32_t> labels;     // -1: no label
  std::vector<Nanoseconds> decode_cpu;  // per item, shared by all models
  std::vector<Nanoseconds> decode_wall;
  std::vector<RecordedOutcome> cells;            // items.size() x zoo.models.size(), item-major
  std::optional<std::int64_t> decode_energy_nj;  // per item, the mean
  std::vector<ModelResources> resources;         // [model]

  TextTable text;

  // Where the run recorded features (`feature_spec.set` is not empty), else empty. Features that
  // could not be computed, for want of memory, are NaN.
  FeatureSpec feature_spec;
  std::vector<float> features;           // items.size() x features of the set, item-major
  std::vector<std::uint8_t> has_object;  // [item]: is there a main object?
  // items.size() x groups of the set, item-major: what the group costs after those before it, which
  // have paid for what they share with it.
  std::vector<Nanoseconds> feature_cpu;
  std::vector<Nanoseconds> feature_wall;
  std::optional<std::int64_t> feature_energy_nj;  // all groups of an item, the mean

  std::size_t failed_items = 0;  // items that could not be decoded; not in `items`
  // [item]: SHA-256 of what models get: of the file, or of the source sentence. Empty texts, or an
  // empty list, where the run has not recorded it.
  std::vector<std::string> contents;

  std::size_t item_count() const { return items.size(); }
  std::size_t model_count() const { return zoo.models.size(); }
  std::size_t feature_count() const { return items.empty() ? 0 : features.size() / items.size(); }
  std::size_t group_count() const { return items.empty() ? 0 : feature_cpu.size() / items.size(); }
  const RecordedOutcome& at(std::size_t item, std::size_t model) const {
    return cells[item * zoo.models.size() + model];
  }
  // Of runs of the task "translation" alone.
  const TextCell& text_at(std::size_t item, std::size_t model) const {
    return text.cells[item * zoo.models.size() + model];
  }
};

// Position of a model in the run's zoo; a failure that lists the names there are.
Result<std::size_t> model_index(const Zoo& zoo, const std::string& name);

// The same where a name may be empty, for no model.
Result<std::optional<ModelIndex>> optional_model(const Zoo& zoo, const std::string& name);

// The table without the models whose names match one of the shell patterns ("*_int8"). Fails if a
// pattern matches nothing or no model is left.
Result<OutcomeTable> leave_out(const OutcomeTable& table, const std::vector<std::string>& patterns);

// The table of these items alone (positions, each at most once).
OutcomeTable only_items(const OutcomeTable& table, const std::vector<std::size_t>& items);

}  // namespace rightsize
