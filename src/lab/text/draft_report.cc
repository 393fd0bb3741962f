#include "lab/text/draft_report.h"

#include <algorithm>
#include <array>

#include "core/clock.h"
#include "lab/least_squares.h"
#include "text/draft.h"
#include "text/text_models.h"

namespace rightsize {
namespace {

constexpr std::size_t kTurn = 25;  // sentences

// What one way of decoding took over all sentences.
struct Sums {
  double ms = 0.0;
  double source_ms = 0.0;  // pieces and encoder
  double drafting_ms = 0.0;
  double tokens = 0.0;
  double calls = 0.0;
  double runs = 0.0;
  // Of the sentences in which it drafted; where another network can, in which that did.
  DraftCounts draft;
  double drafted_in = 0.0;
};

bool is_greedy(const ModelSpec& model) {
  return !model.translation.memory && model.translation.decoding == Decoding::kGreedy;
}

// A zoo with a drafted model for every pair, behind the zoo's own models.
struct Pairs {
  Zoo zoo;
  std::vector<ModelIndex> network;  // of each added model, the greedy one
};

void add_pair(const Zoo& from, std::size_t network, const std::string& draft,
              const std::string& memory, Pairs& pairs) {
  ModelSpec model = from.models[network];
  model.translation.decoding = Decoding::kDrafted;
  model.translation.draft = draft;
  model.translation.draft_memory = memory;
  model.name +=
      " with " + (draft.empty() ? "the source" : draft) + (memory.empty() ? "" : " and " + memory);
  pairs.zoo.models.push_back(std::move(model));
  pairs.network.push_back(static_cast<ModelIndex>(network));
}

Pairs all_pairs(const Zoo& zoo) {
  Pairs pairs{.zoo = zoo, .network = {}};
  const auto memory = std::find_if(zoo.models.begin(), zoo.models.end(),
                                   [](const ModelSpec& m) { return m.translation.memory; });
  const std::string memory_name = memory == zoo.models.end() ? "" : memory->name;
  for (std::size_t n = 0; n < zoo.models.size(); ++n) {
    if (!is_greedy(zoo.models[n])) continue;
    add_pair(zoo, n, "", memory_name, pairs);
    for (const ModelSpec& draft : zoo.models) {
      const bool fits = is_greedy(draft) && draft.name != zoo.models[n].name &&
                        draft.translation.tokenizer == zoo.models[n].translation.tokenizer;
      if (!fits) continue;
      add_pair(zoo, n, draft.name, "", pairs);
      if (!memory_name.empty()) add_pair(zoo, n, draft.name, memory_name, pairs);
    }
  }
  return pairs;
}

double share(std::size_t part, std::size_t all) {
  return static_cast<double>(part) / std::max(static_cast<double>(all), 1.0);
}

double ms_of(const Elapsed& elapsed) { return to_ms(elapsed.cpu); }

class Measurement {
 public:
  Measurement(Pairs pairs, std::size_t own, const std::vector<std::filesystem::path>& search,
              const std::shared_ptr<Runtime>& runtime)
      : pairs_(std::move(pairs)), own_(own), opened_(pairs_.zoo, search, runtime) {}

  Status open() {
    models_.resize(pairs_.zoo.models.size());
    for (std::size_t m = 0; m < models_.size(); ++m) {
      if (m < own_ && !is_greedy(pairs_.zoo.models[m])) continue;
      if (Status status = opened_.open(static_cast<ModelIndex>(m)); !status.ok()) return status;
      auto model = opened_.make(static_cast<ModelIndex>(m));
      if (!model.ok()) return model.status();
      models_[m] = std::move(*model);
    }
    start();
    return {};
  }

  // Counting starts anew.
  void start() {
    sums_.assign(models_.size(), {});
    same_.assign(models_.size(), 0);
    fits_.assign(models_.size(), LeastSquares(3));
  }

  // Every model in turn translates all of them, so that each finds its weights in the processor's
  // caches, as where it runs alone; another one begins each time. Sentences that a model refuses
  // are left out.
  void translate(std::span<const std::string> sentences) {
    std::vector<std::vector<Translated>> translated(models_.size());
    for (std::size_t turn = 0; turn < models_.size(); ++turn) {
      const std::size_t m = (turn + turns_) % models_.size();
      if (models_[m] == nullptr) continue;
      run(*models_[m], sentences.front());  // does not count
      for (const std::string& sentence : sentences) {
        translated[m].push_back(run(*models_[m], sentence));
      }
    }
    ++turns_;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      const bool whole = std::all_of(translated.begin(), translated.end(), [&](const auto& of) {
        return of.empty() || of[i].status.ok();
      });
      for (std::size_t m = 0; whole && m < models_.size(); ++m) {
        if (models_[m] == nullptr) continue;
        add(m, translated[m][i]);
        if (m < own_) continue;
        same_[m] += translated[m][i].outcome.text == translated[greedy_of(m)][i].outcome.text;
      }
    }
  }

  std::vector<DraftedPair> pairs() const {
    std::vector<DraftedPair> result;
    for (std::size_t m = own_; m < models_.size(); ++m) result.push_back(pair(m));
    return result;
  }

 private:
  struct Translated {
    TextOutcome outcome;
    TextModel::Times times;
    Status status;
  };

  static Translated run(TextModel& model, const std::string& sentence) {
    Translated result;
    result.status = model.translate(sentence, kNever, result.outcome, result.times);
    return result;
  }

  void add(std::size_t m, const Translated& translated) {
    const auto& [outcome, times, status] = translated;
    Sums& sums = sums_[m];
    sums.ms += ms_of(times.preprocess) + ms_of(times.inference);
    sums.source_ms += ms_of(times.preprocess) + ms_of(times.encoding);
    sums.drafting_ms += to_ms(times.draft.proposing + times.draft.preparing);
    sums.tokens += static_cast<double>(outcome.target_tokens);
    sums.calls += static_cast<double>(times.decoder_calls);
    sums.runs += 1;
    fits_[m].add(std::array{1.0, static_cast<double>(times.decoder_calls),
                            static_cast<double>(times.draft.drafted)},
                 ms_of(times.inference) - ms_of(times.encoding) -
                     to_ms(times.draft.proposing + times.draft.preparing));
    const bool by_network = !pairs_.zoo.models[m].translation.draft.empty();
    if (by_network ? times.draft.preparing.count() == 0 : times.draft.asked == 0) return;
    sums.draft += times.draft;
    sums.drafted_in += 1;
  }

  ModelIndex greedy_of(std::size_t m) const { return pairs_.network[m - own_]; }

  DraftedPair pair(std::size_t m) const {
    const Sums& drafted = sums_[m];
    const Sums& greedy = sums_[greedy_of(m)];
    const double n = std::max(drafted.runs, 1.0);
    const ModelSpec& spec = pairs_.zoo.models[m];
    const std::vector<double> plain = fits_[greedy_of(m)].solve();
    const std::vector<double> block = fits_[m].solve();
    DraftedPair pair{.network = pairs_.zoo.models[greedy_of(m)].name,
                     .draft = spec.translation.draft,
                     .memory = spec.translation.draft_memory,
                     .greedy_ms = greedy.ms / n,
                     .drafted_ms = drafted.ms / n,
                     .drafting_ms = drafted.drafting_ms / n,
                     .preparing_ms = greedy.source_ms / n + std::max(0.0, plain[0]),
                     .same = same_[m] / n,
                     .proposed = share(drafted.draft.proposals, drafted.draft.asked),
                     .acceptance = share(drafted.draft.accepted, drafted.draft.tried),
                     .tokens = greedy.tokens / n,
                     .calls = drafted.calls / n,
                     .sentences = static_cast<std::size_t>(n)};
    pair.call_ms = std::max(0.0, plain[1]);
    // A recurrent network takes every token of a block in a call of its own.
    const bool one_by_one = pair.calls > pair.tokens;
    pair.further_ms = one_by_one ? pair.call_ms : std::max(0.0, block[2]);
    pair.draft_ms =
        to_ms(drafted.draft.proposing) / std::max(static_cast<double>(drafted.draft.drafted), 1.0);
    pair.draft_preparing_ms = to_ms(drafted.draft.preparing) / std::max(drafted.drafted_in, 1.0);
    const DraftBound bound = bound_of(pair);
    pair.bound = bound.speedup;
    pair.best_length = bound.length;
    return pair;
  }

  Pairs pairs_;
  std::size_t own_;  // models of the zoo itself
  TextModels opened_;
  std::vector<std::unique_ptr<TextModel>> models_;
  std::size_t turns_ = 0;
  std::vector<Sums> sums_;
  std::vector<double> same_;
  std::vector<LeastSquares> fits_;  // [model]: time as fixed + a x calls + b x drafted tokens
};

}  // namespace

DraftBound bound_of(const DraftedPair& pair) {
  DraftBound best;
  const double greedy = pair.preparing_ms + pair.tokens * pair.call_ms;
  double expected = 0.0;
  double power = 1.0;
  for (std::size_t k = 0; k <= kMaxDraft; ++k) {
    expected += power;
    power *= pair.acceptance;
    const double drafting = static_cast<double>(k) * (pair.further_ms + pair.draft_ms);
    const double call = pair.call_ms + pair.proposed * drafting;
    const double calls = pair.tokens / (1.0 + pair.proposed * (expected - 1.0));
    const double drafted =
        pair.preparing_ms + (k > 0 ? pair.draft_preparing_ms : 0.0) + calls * call;
    if (drafted <= 0 || greedy / drafted <= best.speedup) continue;
    best = {greedy / drafted, k};
  }
  return best;
}

Result<std::vector<DraftedPair>> measure_drafts(
    const Zoo& zoo, const std::vector<std::filesystem::path>& search,
    const std::shared_ptr<Runtime>& runtime, std::span<const std::string> sentences, int rounds,
    const std::function<void(std::size_t, std::size_t)>& progress) {
  Pairs pairs = all_pairs(zoo);
  if (pairs.network.empty()) {
    return invalid_input("the zoo has no network that decodes greedily, so nothing to draft for");
  }
  Measurement measurement(std::move(pairs), zoo.models.size(), search, runtime);
  if (Status status = measurement.open(); !status.ok()) return status;
  // Draft lengths adapt to what was seen: the first sentences are for that.
  measurement.translate(sentences.first(std::min(kTurn, sentences.size())));
  measurement.start();
  const std::size_t total = sentences.size() * static_cast<std::size_t>(rounds);
  for (std::size_t done = 0; done < total;) {
    const std::size_t from = done % sentences.size();
    const std::size_t count = std::min(kTurn, sentences.size() - from);
    measurement.translate(sentences.subspan(from, count));
    done += count;
    progress(done, total);
  }
  return measurement.pairs();
}

}  // namespace rightsize
