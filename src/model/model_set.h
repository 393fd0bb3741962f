// The models of a zoo, opened: checksums verified, declared and real tensors compared, one session
// per distinct file and session options, however many models share it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/runtime.h"
#include "rightsize/decision.h"

namespace rightsize {

class ModelSet {
 public:
  // Opens the models `wanted` of `zoo` (indices into zoo.models). Model files are looked for in the
  // zoo's folder, then by file name in `search`. The first failure is returned, naming model and
  // file.
  static Result<ModelSet> open(const Zoo& zoo, std::span<const ModelIndex> wanted,
                               const std::vector<std::filesystem::path>& search,
                               std::shared_ptr<Runtime> runtime);

  // Opens one more of the same zoo, and shares its session with those of the same file.
  Status add(const Zoo& zoo, ModelIndex model, const std::vector<std::filesystem::path>& search);

  // None of a zoo's models yet.
  ModelSet(const Zoo& zoo, std::shared_ptr<Runtime> runtime);

  // Null for a model that was not wanted.
  Session* session(ModelIndex model) const { return by_model_[model]; }

 private:
  std::shared_ptr<Runtime> runtime_;  // outlives the sessions
  std::map<std::string, std::unique_ptr<Session>> sessions_;
  std::vector<Session*> by_model_;
};

// Locates, verifies and opens one model, and compares what the manifest declares with what it is.
Result<std::unique_ptr<Session>> open_model(const Zoo& zoo, const ModelSpec& model,
                                            const std::vector<std::filesystem::path>& search,
                                            Runtime& runtime);

}  // namespace rightsize
