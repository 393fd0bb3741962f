// The image classification task: one model of a zoo, ready to classify decoded images.
#pragma once

#include <filesystem>
#include <vector>

#include "core/classes.h"
#include "core/clock.h"
#include "core/manifest.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "model/runtime.h"

namespace rightsize {

// Does the name end as an image's does: .jpg, .jpeg, .png or .webp, in any case? For choosing among
// the files of a folder; decoding looks at bytes alone.
bool is_image_name(const std::filesystem::path& path);

// A grey image: enough to run every layer of a model once.
Image grey_image();

// Session, pre-processing and buffers of one model. One per thread; the session is shared.
class ImageModel {
 public:
  ImageModel(const ModelSpec& spec, Session& session);

  struct Times {
    Elapsed preprocess;
    Elapsed inference;  // includes the interpretation of the output
  };

  // Pre-processes, runs and interprets. `times` is filled as far as the call came.
  Status classify(const Image& image, ClassOutcome& outcome, Times& times) noexcept;

 private:
  const ModelSpec* spec_;
  Session* session_;
  Result<Preprocessor> preprocessor_;
  std::vector<float> input_;
  std::vector<float> output_;
};

}  // namespace rightsize
