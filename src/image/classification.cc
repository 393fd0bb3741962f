#include "image/classification.h"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include "core/passing.h"

namespace rightsize {

bool is_image_name(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 4> kEndings = {".jpg", ".jpeg", ".png", ".webp"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Image grey_image() {
  return {.width = 64, .height = 64, .rgb = std::vector<std::uint8_t>(64UL * 64 * 3, 127)};
}

ImageModel::ImageModel(const ModelSpec& spec, Session& session)
    : spec_(&spec),
      session_(&session),
      preprocessor_(Preprocessor::make(spec.input)),
      input_(static_cast<std::size_t>(spec.input.height) *
             static_cast<std::size_t>(spec.input.width) * 3),
      output_(static_cast<std::size_t>(spec.output.outputs)) {}

Status ImageModel::classify(const Image& image, ClassOutcome& outcome, Times& times) noexcept {
  try {
    if (!preprocessor_.ok()) return preprocessor_.status();
    const Stopwatch preprocessing;
    if (Status status = preprocessor_->run(image, input_); !status.ok()) return status;
    times.preprocess = preprocessing.elapsed();

    const Stopwatch inference;
    Status status = session_->run(spec_->input, input_, spec_->output, output_);
    if (status.ok()) status = interpret(output_, spec_->output, outcome);
    times.inference = inference.elapsed();
    return status;
  } catch (const std::exception& error) {
    return status_of(error);
  }
}

}  // namespace rightsize
