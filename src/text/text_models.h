// The models of a translation zoo, opened: every distinct file once, however many models share it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "model/runtime.h"
#include "rightsize/decision.h"
#include "text/tokenizer.h"
#include "text/translation.h"
#include "text/translation_check.h"
#include "text/translation_memory.h"

namespace rightsize {

// Opening is for one thread at a time; `make` may be called from several.
class TextModels {
 public:
  // None of the zoo's models yet. Files are looked for in the zoo's folder, then in `search`.
  TextModels(const Zoo& zoo, std::vector<std::filesystem::path> search,
             std::shared_ptr<Runtime> runtime);

  // Opens the files of a model, and of what drafts for it.
  Status open(ModelIndex model);
  bool is_open(ModelIndex model) const { return open_[model]; }

  // Of an open model: one for each thread, whose outcomes are checked. The set must outlive it.
  Result<std::unique_ptr<TextModel>> make(ModelIndex model) const;

 private:
  Result<Session*> session(const std::string& model, const FileSpec& file, const SessionSpec& spec);
  Status open_files(const ModelSpec& model);
  Status open_network(const ModelSpec& model);
  Status open_memory(const ModelSpec& model);
  Result<std::unique_ptr<SequenceModel>> network_of(const ModelSpec& model) const;
  Result<std::unique_ptr<TextModel>> make_unchecked(const ModelSpec& model) const;

  const Zoo& zoo_;
  std::vector<std::filesystem::path> search_;
  TranslationCheck check_;
  std::shared_ptr<Runtime> runtime_;                                    // outlives the sessions
  std::map<std::string, std::unique_ptr<Session>> sessions_;            // by checksum and options
  std::map<std::string, std::unique_ptr<Tokenizer>> tokenizers_;        // by checksum
  std::map<std::string, std::unique_ptr<TranslationMemory>> memories_;  // by checksum
  std::vector<char> open_;                                              // [model]
};

}  // namespace rightsize
