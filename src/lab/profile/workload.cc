#include "lab/profile/workload.h"

namespace rightsize {

Result<std::unique_ptr<Workload>> open_workload(const Zoo& zoo, std::span<const ModelIndex> wanted,
                                                const std::vector<std::filesystem::path>& search,
                                                const std::shared_ptr<Runtime>& runtime,
                                                const WorkloadOptions& options) {
  return zoo.task == kTranslation ? open_text_workload(zoo, wanted, search, runtime)
                                  : open_image_workload(zoo, wanted, search, runtime, options);
}

FeatureSpec recorded_features(const Zoo& zoo, const ImageFeatureOptions& options) {
  if (zoo.task == kTranslation) return {};
  return {.set = image_feature_set().name, .options = options};
}

}  // namespace rightsize
