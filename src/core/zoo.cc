#include <charconv>

#include "core/manifest.h"

namespace rightsize {

const ModelSpec* Zoo::find(const std::string& model_name) const {
  for (const ModelSpec& model : models) {
    if (model.name == model_name) return &model;
  }
  return nullptr;
}

std::int32_t Zoo::class_of_label(const std::string& label) const {
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].key == label) return static_cast<std::int32_t>(i);
  }
  std::int32_t number = -1;
  const char* end = label.data() + label.size();
  const auto [stop, error] = std::from_chars(label.data(), end, number);
  const bool good = error == std::errc() && stop == end && number >= 0 &&
                    static_cast<std::size_t>(number) < classes.size();
  return good ? number : -1;
}

std::vector<FileSpec> files_of(const ModelSpec& model) {
  std::vector<FileSpec> files{{model.file, model.sha256}};
  if (!model.translation.encoder.file.empty()) files.push_back(model.translation.encoder);
  if (!model.translation.tokenizer.file.empty()) files.push_back(model.translation.tokenizer);
  return files;
}

}  // namespace rightsize
