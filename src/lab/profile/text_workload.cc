#include <algorithm>

#include "lab/profile/workload.h"
#include "text/text_models.h"
#include "text/translation_check.h"

namespace rightsize {
namespace {

constexpr const char* kSample = "The quick brown fox jumps over the lazy dog.";

class TextWorker : public Worker {
 public:
  explicit TextWorker(std::vector<std::unique_ptr<TextModel>> models)
      : models_(std::move(models)) {}

  Status load(std::span<const std::byte> bytes) override {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t end = std::min(text.find('\n'), text.size());
    Result<std::string> source = clean_source(text.substr(0, end));
    if (!source.ok()) return source.status();
    Result<std::string> reference = clean_source(text.substr(std::min(end + 1, text.size())));
    if (!reference.ok()) return reference.status().with_context("reference");
    source_ = std::move(*source);
    reference_ = std::move(*reference);
    return {};
  }
  void load_sample() override {
    source_ = kSample;
    reference_.clear();
  }
  void describe(ItemRecord& record) const override {
    record.source = source_;
    record.reference = reference_;
  }
  void run(ModelIndex model, ModelRecord& record, Elapsed& preprocess,
           Elapsed& inference) override {
    TextOutcome outcome;
    TextModel::Times times;
    record.status = models_[model]->translate(source_, kNever, outcome, times);
    record.answered = outcome.answered;
    record.outcome.signals = outcome.signals;
    record.doubts = bits_of(outcome.doubts);
    record.translation = {std::move(outcome.text), static_cast<std::int32_t>(outcome.source_pieces),
                          static_cast<std::int32_t>(outcome.target_tokens), outcome.finished};
    preprocess = times.preprocess;
    inference = times.inference;
  }
  Result<ExtractedFeatures> features() override { return ExtractedFeatures(); }

 private:
  std::vector<std::unique_ptr<TextModel>> models_;
  std::string source_;
  std::string reference_;
};

class TextWorkload : public Workload {
 public:
  TextWorkload(const Zoo& zoo, std::vector<std::filesystem::path> search,
               const std::shared_ptr<Runtime>& runtime)
      : models_(zoo, std::move(search), runtime), count_(zoo.models.size()) {}

  Status open(std::span<const ModelIndex> wanted) {
    for (const ModelIndex model : wanted) {
      if (Status status = models_.open(model); !status.ok()) return status;
    }
    return {};
  }

  Result<std::unique_ptr<Worker>> make_worker() const override {
    std::vector<std::unique_ptr<TextModel>> models(count_);
    for (std::size_t m = 0; m < count_; ++m) {
      if (!models_.is_open(static_cast<ModelIndex>(m))) continue;
      Result<std::unique_ptr<TextModel>> model = models_.make(static_cast<ModelIndex>(m));
      if (!model.ok()) return model.status();
      models[m] = std::move(*model);
    }
    return std::unique_ptr<Worker>(std::make_unique<TextWorker>(std::move(models)));
  }

 private:
  TextModels models_;
  std::size_t count_;
};

}  // namespace

Result<std::unique_ptr<Workload>> open_text_workload(
    const Zoo& zoo, std::span<const ModelIndex> wanted,
    const std::vector<std::filesystem::path>& search, const std::shared_ptr<Runtime>& runtime) {
  auto workload = std::make_unique<TextWorkload>(zoo, search, runtime);
  if (Status status = workload->open(wanted); !status.ok()) return status;
  return std::unique_ptr<Workload>(std::move(workload));
}

}  // namespace rightsize
