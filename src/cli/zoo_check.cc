// rightsize zoo check: is every model of a manifest there, the right one, and as declared?
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "core/clock.h"
#include "core/terminal_text.h"
#include "image/classification.h"
#include "model/file_identity.h"
#include "model/model_set.h"
#include "text/text_models.h"

namespace rightsize::cli {
namespace {

struct Checked {
  Status status;
  double cpu_ms = 0.0;  // of one run on some input, after a warm-up run
};

constexpr const char* kSentence = "The quick brown fox jumps over the lazy dog.";

Checked check_translation(TextModels& models, ModelIndex model) {
  if (Status status = models.open(model); !status.ok()) return {status};
  auto made = models.make(model);
  if (!made.ok()) return {made.status()};
  TextOutcome outcome;
  TextModel::Times times;
  Status status = (*made)->translate(kSentence, kNever, outcome, times);
  if (status.ok()) status = (*made)->translate(kSentence, kNever, outcome, times);
  return {status, to_ms(times.preprocess.cpu + times.inference.cpu)};
}

Checked check_image(const Zoo& zoo, const ModelSpec& model, const Paths& search, Runtime& runtime) {
  auto session = open_model(zoo, model, search, runtime);
  if (!session.ok()) return {session.status()};
  ImageModel image_model(model, **session);
  const Image grey = grey_image();
  ClassOutcome outcome;
  ImageModel::Times times;
  Status status = image_model.classify(grey, outcome, times);
  if (status.ok()) status = image_model.classify(grey, outcome, times);
  return {status.with_context(fmt::format("model '{}'", model.name)),
          to_ms(times.preprocess.cpu + times.inference.cpu)};
}

}  // namespace

int zoo_check(const ZooCheckArgs& args) {
  std::vector<std::string> settled;
  const Result<Zoo> zoo = read_zoo(args.zoo, args.models, &settled);
  if (!zoo.ok()) return fail(zoo.status());
  for (const std::string& words : settled) warn(words);
  const auto runtime = load_onnx_runtime(args.runtime);
  if (!runtime.ok()) return fail(runtime.status());

  const bool translates = zoo->task == kTranslation;
  TextModels text_models(*zoo, args.models, *runtime);
  bool all_good = true;
  auto document = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows = {
      {"model", translates ? "decoding" : "input", " outputs", " cpu ms", "result"}};
  for (std::size_t m = 0; m < zoo->models.size(); ++m) {
    const ModelSpec& model = zoo->models[m];
    const Checked checked = translates ? check_translation(text_models, static_cast<ModelIndex>(m))
                                       : check_image(*zoo, model, args.models, **runtime);
    const bool good = checked.status.ok();
    all_good = all_good && good;
    if (!good) warn(checked.status.message());
    rows.push_back({model.name, input_words(*zoo, model),
                    translates ? "-" : std::to_string(model.output.outputs),
                    good ? fmt::format("{:.2f}", checked.cpu_ms) : "-", good ? "ok" : "failed"});
    document.push_back({{"model", model.name},
                        {"sha256", model.sha256},
                        {"ok", good},
                        {"error", checked.status.message()},  // empty where it is ok
                        {"cpu_ms", checked.cpu_ms}});
  }
  if (args.json) {
    print_json({{"zoo", zoo->name},
                {"runtime", (*runtime)->name()},
                {"classes", zoo->classes.size()},
                {"models", document},
                {"ok", all_good}});
  } else {
    print(text_table(rows));
    print(fmt::format("\n{}: {} models, {}, {}: {}\n", zoo->name, zoo->models.size(),
                      answer_words(*zoo), (*runtime)->name(),
                      all_good ? "all checks passed" : "CHECKS FAILED"));
  }
  return all_good ? kOk : kFailed;
}

}  // namespace rightsize::cli
