#include <optional>

#include "image/classification.h"
#include "image/features.h"
#include "lab/profile/workload.h"
#include "model/model_set.h"

namespace rightsize {
namespace {

class ImageWorker : public Worker {
 public:
  ImageWorker(std::vector<std::optional<ImageModel>> models, ImageFeatures extractor,
              const DecodeLimits& limits)
      : models_(std::move(models)), extractor_(std::move(extractor)), limits_(limits) {}

  Status load(std::span<const std::byte> bytes) override {
    Result<Image> image = decode_image(bytes, limits_);
    if (!image.ok()) return image.status();
    image_ = std::move(*image);
    return {};
  }
  void load_sample() override { image_ = grey_image(); }
  void describe(ItemRecord& record) const override {
    record.width = image_.width;
    record.height = image_.height;
  }
  void run(ModelIndex model, ModelRecord& record, Elapsed& preprocess,
           Elapsed& inference) override {
    ImageModel::Times times;
    record.status = models_[model]->classify(image_, record.outcome, times);
    preprocess = times.preprocess;
    inference = times.inference;
  }
  Result<ExtractedFeatures> features() override { return extract_all(extractor_, image_); }

 private:
  std::vector<std::optional<ImageModel>> models_;
  ImageFeatures extractor_;
  DecodeLimits limits_;
  Image image_;
};

class ImageWorkload : public Workload {
 public:
  ImageWorkload(const Zoo& zoo, ModelSet sessions, const WorkloadOptions& options)
      : zoo_(zoo), sessions_(std::move(sessions)), options_(options) {}

  Result<std::unique_ptr<Worker>> make_worker() const override {
    Result<ImageFeatures> extractor = ImageFeatures::make(options_.features);
    if (!extractor.ok()) return extractor.status();
    std::vector<std::optional<ImageModel>> models(zoo_.models.size());
    for (std::size_t m = 0; m < models.size(); ++m) {
      Session* session = sessions_.session(static_cast<ModelIndex>(m));
      if (session != nullptr) models[m].emplace(zoo_.models[m], *session);
    }
    return std::unique_ptr<Worker>(
        std::make_unique<ImageWorker>(std::move(models), std::move(*extractor), options_.limits));
  }

 private:
  const Zoo& zoo_;
  ModelSet sessions_;
  WorkloadOptions options_;
};

}  // namespace

Result<std::unique_ptr<Workload>> open_image_workload(
    const Zoo& zoo, std::span<const ModelIndex> wanted,
    const std::vector<std::filesystem::path>& search, const std::shared_ptr<Runtime>& runtime,
    const WorkloadOptions& options) {
  Result<ModelSet> sessions = ModelSet::open(zoo, wanted, search, runtime);
  if (!sessions.ok()) return sessions.status();
  return std::unique_ptr<Workload>(
      std::make_unique<ImageWorkload>(zoo, std::move(*sessions), options));
}

}  // namespace rightsize
