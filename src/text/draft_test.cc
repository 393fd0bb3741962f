#include "text/draft.h"

#include <gtest/gtest.h>

#include <random>

#include "text/decode_test_support.h"

namespace rightsize {
namespace {

constexpr DecodeOptions kOptions{.max_tokens = 40};

// Proposes what a list says, right or wrong.
class ListedDraft : public DraftSource {
 public:
  explicit ListedDraft(std::function<TokenId(std::size_t)> token) : token_(std::move(token)) {}
  Status begin(std::span<const TokenId>) override { return {}; }
  Status propose(std::span<const TokenId> sofar, std::size_t count,
                 std::vector<TokenId>& proposal) override {
    for (std::size_t i = 0; i < count; ++i) proposal.push_back(token_(sofar.size() + i));
    return {};
  }
  bool is_costly() const override { return true; }

 private:
  std::function<TokenId(std::size_t)> token_;
};

Hypothesis greedy(SequenceModel& model, TokenId sentence, const DecodeOptions& options) {
  const std::array source{sentence};
  Hypothesis result;
  EXPECT_TRUE(model.begin(source).ok());
  EXPECT_TRUE(decode_greedy(model, options, result).ok());
  return result;
}

Hypothesis drafted(SequenceModel& model, TokenId sentence, DraftSource& draft,
                   DraftedDecoder& decoder, DraftCounts& counts, const DecodeOptions& options) {
  const std::array source{sentence};
  Hypothesis result;
  EXPECT_TRUE(model.begin(source).ok());
  EXPECT_TRUE(draft.begin(source).ok());
  const std::array<DraftSource*, 1> sources{&draft};
  EXPECT_TRUE(decoder.decode(model, sources, options, result, counts).ok());
  return result;
}

void expect_same(const Hypothesis& want, const Hypothesis& got) {
  EXPECT_EQ(want.tokens, got.tokens);
  EXPECT_EQ(want.finished, got.finished);
  EXPECT_NEAR(want.mean_log_probability, got.mean_log_probability, 1e-4);
  EXPECT_NEAR(want.min_log_probability, got.min_log_probability, 1e-4);
  EXPECT_NEAR(want.mean_margin, got.mean_margin, 1e-4);
}

TEST(Drafted, IsGreedyWhateverIsProposed) {
  std::mt19937 random(5);
  MadeUpModel model(11, 20, 0.02);
  DraftedDecoder decoder;
  DraftCounts counts;
  for (TokenId sentence = 0; sentence < 300; ++sentence) {
    const Hypothesis want = greedy(model, sentence, kOptions);
    const double share = static_cast<double>(sentence % 5) / 4;  // of right proposals
    ListedDraft draft([&](std::size_t place) -> TokenId {
      const bool right = std::uniform_real_distribution<>(0, 1)(random) < share;
      if (right) return place < want.tokens.size() ? want.tokens[place] : 2;
      return std::uniform_int_distribution<TokenId>(2, 22)(random);
    });
    expect_same(want, drafted(model, sentence, draft, decoder, counts, kOptions));
  }
  EXPECT_GT(counts.accepted, 100U);
  EXPECT_GT(counts.drafted, counts.accepted);
}

TEST(Drafted, EveryTokenOfAGoodDraftSavesACall) {
  MadeUpModel model(11, 20, 0.02);
  DraftedDecoder decoder;
  DraftCounts counts;
  std::size_t tokens = 0;
  std::size_t calls = 0;
  for (TokenId sentence = 0; sentence < 100; ++sentence) {
    const Hypothesis want = greedy(model, sentence, kOptions);
    ListedDraft draft([&](std::size_t place) -> TokenId {
      return place < want.tokens.size() ? want.tokens[place] : 2;
    });
    drafted(model, sentence, draft, decoder, counts, kOptions);
    tokens += want.tokens.size() + (want.finished ? 1 : 0);
    calls += model.block_calls;
  }
  EXPECT_GT(counts.accepted, 0U);
  EXPECT_EQ(counts.accepted, counts.tried);
  EXPECT_LE(tokens, calls + counts.accepted);
  EXPECT_GE(tokens + calls / 20, calls + counts.accepted) << "where a call is close it is repeated";
}

TEST(Drafted, ASmallerNetworkProposes) {
  MadeUpModel model(11, 5, 0.05);
  for (const std::uint64_t seed : {11U, 12U}) {  // the same network, and a stranger
    NetworkDraft draft(std::make_unique<MadeUpModel>(seed, 5, 0.05), 1, 2);
    DraftedDecoder decoder;
    DraftCounts counts;
    for (TokenId sentence = 0; sentence < 100; ++sentence) {
      expect_same(greedy(model, sentence, kOptions),
                  drafted(model, sentence, draft, decoder, counts, kOptions));
    }
    if (seed == 11) {
      // Only a close call sends its own network's proposals back.
      EXPECT_LE(counts.drafted, counts.accepted + kMaxDraft);
    } else {
      EXPECT_LT(counts.accepted, counts.drafted);
    }
  }
}

TEST(Drafted, RoundingOfBlocksDoesNotShow) {
  // Blocks differ from single calls by less than kCloseCall; ties are common with many words.
  MadeUpModel plain(21, 400, 0.01);
  MadeUpModel rounding(21, 400, 0.01, kCloseCall / 4);
  DraftedDecoder decoder;
  DraftCounts counts;
  for (TokenId sentence = 0; sentence < 400; ++sentence) {
    const Hypothesis want = greedy(plain, sentence, kOptions);
    ListedDraft draft([&](std::size_t place) -> TokenId {
      return place < want.tokens.size() ? want.tokens[place] : 2;
    });
    const Hypothesis got = drafted(rounding, sentence, draft, decoder, counts, kOptions);
    ASSERT_EQ(want.tokens, got.tokens) << sentence;
  }
}

TEST(Drafted, KeepsToTheLimitOfTokensAndTime) {
  MadeUpModel model(11, 20, 0.0);
  DraftedDecoder decoder;
  DraftCounts counts;
  for (std::size_t limit = 1; limit < 12; ++limit) {
    DecodeOptions options = kOptions;
    options.max_tokens = limit;
    const Hypothesis want = greedy(model, 3, options);
    ListedDraft draft([&](std::size_t place) { return want.tokens[place % want.tokens.size()]; });
    const Hypothesis got = drafted(model, 3, draft, decoder, counts, options);
    EXPECT_EQ(want.tokens, got.tokens);
    EXPECT_FALSE(got.finished);
  }
  DecodeOptions over = kOptions;
  over.stop_at = wall_now();
  ListedDraft none([](std::size_t) -> TokenId { return 3; });
  EXPECT_TRUE(drafted(model, 3, none, decoder, counts, over).stopped);
}

TEST(TextDraft, GoesOnWhereTheLastTokensStand) {
  TextDraft draft;
  draft.set_text({10, 11, 12, 13, 12, 14, 2});
  const std::array<TokenId, 6> source{20, 21, 22, 23, 24, 2};
  ASSERT_TRUE(draft.begin(source).ok());
  const auto proposal = [&](std::vector<TokenId> sofar, std::size_t count) {
    std::vector<TokenId> result;
    EXPECT_TRUE(draft.propose(sofar, count, result).ok());
    return result;
  };
  EXPECT_EQ((std::vector<TokenId>{10, 11}), proposal({}, 2));
  EXPECT_EQ((std::vector<TokenId>{12, 13, 12}), proposal({10, 11}, 3));
  EXPECT_EQ((std::vector<TokenId>{14, 2}), proposal({13, 12}, 5));      // the longer match counts
  EXPECT_EQ((std::vector<TokenId>{23, 24}), proposal({9, 21, 22}, 2));  // from the source
  EXPECT_TRUE(proposal({9, 22}, 2).empty());  // one token of the source says too little
  EXPECT_TRUE(proposal({99}, 2).empty());
}

TEST(DraftLength, FollowsAcceptanceAndCosts) {
  DraftLength length;
  length.begin_sentence();
  EXPECT_EQ(0U, length.next()) << "what calls cost is not known";
  length.observe_call(1, Nanoseconds(1000));
  for (int i = 0; i < 600; ++i) length.observe(4, 4);
  EXPECT_GT(length.acceptance(), 0.95);
  length.begin_sentence();
  EXPECT_GT(length.next(), 5U);
  for (int i = 0; i < 600; ++i) length.observe(1, 0);
  EXPECT_LT(length.acceptance(), 0.05);
  length.begin_sentence();
  EXPECT_EQ(0U, length.next());
}

TEST(DraftLength, IsTheBestForTheCosts) {
  // Three of four are accepted; a call of k further tokens costs 1000 + 50 k, drafting them 150 k.
  DraftLength length;
  length.observe_call(1, Nanoseconds(1000));
  for (int i = 0; i < 100; ++i) {
    length.observe_draft(2, Nanoseconds(300));
    length.observe_call(3, Nanoseconds(1100));
    length.observe(4, 3);
  }
  length.begin_sentence();
  // Per token: 686 for one, 605 for two, 585 for three, 590 for four.
  EXPECT_EQ(3U, length.next());
  // Getting ready costs more than twenty tokens of 1000 - 585 save.
  length.end_sentence(20);
  length.observe_preparation(Nanoseconds(9000));
  length.observe_call(1, Nanoseconds(1000));
  length.begin_sentence();
  EXPECT_EQ(0U, length.next());
}

TEST(DraftLength, TriesTheOtherWayNowAndThen) {
  DraftLength pays;
  pays.observe_call(1, Nanoseconds(1000));
  DraftLength does_not;
  does_not.observe_call(1, Nanoseconds(1000));
  for (int i = 0; i < 200; ++i) does_not.observe(1, 0);
  int with = 0;
  int tries = 0;
  for (int i = 0; i < 320; ++i) {
    pays.begin_sentence();
    does_not.begin_sentence();
    with += pays.next() > 0 ? 1 : 0;
    tries += does_not.next() > 0 ? 1 : 0;
  }
  EXPECT_EQ(310, with);
  EXPECT_EQ(10, tries);
}

}  // namespace
}  // namespace rightsize
