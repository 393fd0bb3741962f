// Transformer decoders: the past of a hypothesis is its keys and values, per layer and head.
//
// Two contracts. Step: one token per call; the network itself takes the past of `beam_idx`, and all
// hypotheses share what the encoder gave. Block: several tokens per call; rows of the past are put
// in order here, and every row has its copy of what the encoder gave.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "text/sequence_model_parts.h"

namespace rightsize {
namespace {

constexpr float kHidden = -1e9F;  // in the mask: a position that is not looked at

class TransformerModel : public SequenceModel {
 public:
  struct Size {
    std::size_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t head_width = 0;
    bool blocks = false;
  };

  TransformerModel(Session& encoder, Session& decoder, const Size& size)
      : SequenceModel(encoder, decoder), size_(size), layers_(size.layers) {
    for (std::size_t i = 0; i < size.layers; ++i) {
      const std::string number = std::to_string(i);
      layers_[i].names = {"ck" + number, "cv" + number,         "k" + number,
                          "v" + number,  "k" + number + "_out", "v" + number + "_out"};
    }
  }

  bool takes_blocks() const override { return size_.blocks; }

  Status begin(std::span<const TokenId> source) override {
    reset_counters();
    source_.assign(source.begin(), source.end());
    const auto length = static_cast<std::int64_t>(source_.size());
    const std::array<std::int64_t, 2> source_shape{1, length};
    cross_key_shape_ = {1, size_.heads, size_.head_width, length};
    if (size_.blocks) cross_key_shape_ = {1, size_.heads, length, size_.head_width};
    cross_value_shape_ = {1, size_.heads, length, size_.head_width};
    const std::array inputs{
        TensorRef{.name = "src", .shape = source_shape, .integers = source_.data()}};
    outputs_.clear();
    for (Layer& layer : layers_) {
      const std::size_t count = source_.size() * width();
      outputs_.push_back({.name = layer.names[kCrossKey].c_str(),
                          .shape = cross(cross_key_shape_),
                          .floats = at_least(layer.cross_key, count)});
      outputs_.push_back({.name = layer.names[kCrossValue].c_str(),
                          .shape = cross(cross_value_shape_),
                          .floats = at_least(layer.cross_value, count)});
    }
    rows_ = 1;
    length_ = 0;
    cross_rows_ = 1;
    return run(encoder_, inputs, outputs_);
  }

  Status advance(std::span<const TokenId> tokens, std::span<const std::int64_t> parents) override {
    return call(tokens, parents, tokens.size(), 1);
  }

  Status advance_block(std::span<const TokenId> tokens) override {
    static constexpr std::array<std::int64_t, 1> kFirst{0};
    if (size_.blocks) return call(tokens, kFirst, 1, tokens.size());
    // One at a time; the candidates of all are kept.
    std::vector<float> log_probabilities;
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (Status status = call(tokens.subspan(i, 1), kFirst, 1, 1); !status.ok()) return status;
      log_probabilities.insert(log_probabilities.end(), log_probabilities_.begin(),
                               log_probabilities_.begin() + kCandidates);
      ids.insert(ids.end(), tokens_.begin(), tokens_.begin() + kCandidates);
    }
    std::copy(log_probabilities.begin(), log_probabilities.end(),
              at_least(log_probabilities_, log_probabilities.size()));
    std::copy(ids.begin(), ids.end(), at_least(tokens_, ids.size()));
    return {};
  }

  void rewind(std::size_t length) override {
    const auto heads = static_cast<std::size_t>(size_.heads);
    const auto head_width = static_cast<std::size_t>(size_.head_width);
    for (Layer& layer : layers_) {
      for (std::vector<float>* cache : {&layer.key, &layer.value}) {
        for (std::size_t head = 1; head < heads; ++head) {
          std::memmove(cache->data() + head * length * head_width,
                       cache->data() + head * length_ * head_width,
                       length * head_width * sizeof(float));
        }
      }
    }
    length_ = length;
  }

 private:
  enum Name : std::uint8_t { kCrossKey, kCrossValue, kKey, kValue, kKeyOut, kValueOut };
  struct Layer {
    std::array<std::string, 6> names;
    std::vector<float> cross_key;
    std::vector<float> cross_value;
    std::vector<float> key;  // of the past: [row][head][position][head_width]
    std::vector<float> value;
    std::vector<float> next_key;
    std::vector<float> next_value;
  };

  std::size_t width() const { return static_cast<std::size_t>(size_.heads * size_.head_width); }

  // `rows` hypotheses get `block` tokens each; one of the two is 1.
  Status call(std::span<const TokenId> tokens, std::span<const std::int64_t> parents,
              std::size_t rows, std::size_t block) {
    token_.assign(tokens.begin(), tokens.end());
    parent_.assign(parents.begin(), parents.end());
    const auto b = static_cast<std::int64_t>(rows);
    const auto t = static_cast<std::int64_t>(block);
    const std::array<std::int64_t, 2> token_shape{b, t};
    const std::array<std::int64_t, 1> parent_shape{b};
    const std::array<std::int64_t, 1> position_shape{t};
    const std::array<std::int64_t, 4> mask_shape{1, 1, t, static_cast<std::int64_t>(length_) + t};
    inputs_.clear();
    inputs_.push_back(
        {.name = "token",
         .shape = std::span<const std::int64_t>(token_shape).first(size_.blocks ? 2 : 1),
         .integers = token_.data()});
    if (!size_.blocks) {
      inputs_.push_back({.name = "beam_idx", .shape = parent_shape, .integers = parent_.data()});
    } else {
      copy_cross(rows);
      order_past(parents);
      fill_positions(block);
      inputs_.push_back(
          {.name = "position", .shape = position_shape, .integers = position_.data()});
      inputs_.push_back({.name = "mask", .shape = mask_shape, .floats = mask_.data()});
    }
    const std::array<std::int64_t, 4> past_shape{static_cast<std::int64_t>(rows_), size_.heads,
                                                 static_cast<std::int64_t>(length_),
                                                 size_.head_width};
    const std::array<std::int64_t, 4> future_shape{
        b, size_.heads, static_cast<std::int64_t>(length_) + t, size_.head_width};
    const std::array<std::int64_t, 3> block_candidates{b, t, kCandidates};
    const std::array<std::int64_t, 2> step_candidates{b, kCandidates};
    outputs_.clear();
    candidate_outputs(rows * block,
                      size_.blocks ? std::span<const std::int64_t>(block_candidates)
                                   : std::span<const std::int64_t>(step_candidates),
                      outputs_);
    add_layers(past_shape, future_shape, rows * (length_ + block));
    Status status = run(decoder_, inputs_, outputs_);
    for (Layer& layer : layers_) {
      std::swap(layer.key, layer.next_key);
      std::swap(layer.value, layer.next_value);
    }
    rows_ = rows;
    length_ += block;
    return status;
  }

  void add_layers(std::span<const std::int64_t> past_shape,
                  std::span<const std::int64_t> future_shape, std::size_t positions) {
    for (Layer& layer : layers_) {
      inputs_.push_back({.name = layer.names[kCrossKey].c_str(),
                         .shape = cross(cross_key_shape_),
                         .floats = layer.cross_key.data()});
      inputs_.push_back({.name = layer.names[kCrossValue].c_str(),
                         .shape = cross(cross_value_shape_),
                         .floats = layer.cross_value.data()});
      inputs_.push_back({.name = layer.names[kKey].c_str(),
                         .shape = past_shape,
                         .floats = at_least(layer.key, 1)});
      inputs_.push_back({.name = layer.names[kValue].c_str(),
                         .shape = past_shape,
                         .floats = at_least(layer.value, 1)});
      outputs_.push_back({.name = layer.names[kKeyOut].c_str(),
                          .shape = future_shape,
                          .floats = at_least(layer.next_key, positions * width())});
      outputs_.push_back({.name = layer.names[kValueOut].c_str(),
                          .shape = future_shape,
                          .floats = at_least(layer.next_value, positions * width())});
    }
  }

  // A step network has no axis of rows here.
  std::span<const std::int64_t> cross(const std::array<std::int64_t, 4>& shape) const {
    return std::span<const std::int64_t>(shape).subspan(size_.blocks ? 0 : 1);
  }

  void copy_cross(std::size_t rows) {
    const std::size_t count = source_.size() * width();
    for (Layer& layer : layers_) {
      for (std::vector<float>* cache : {&layer.cross_key, &layer.cross_value}) {
        at_least(*cache, rows * count);
        for (std::size_t row = cross_rows_; row < rows; ++row) {
          std::copy_n(cache->data(), count, cache->data() + row * count);
        }
      }
    }
    cross_rows_ = std::max(cross_rows_, rows);
    cross_key_shape_[0] = cross_value_shape_[0] = static_cast<std::int64_t>(rows);
  }

  // Row b of the past becomes what row parents[b] was.
  void order_past(std::span<const std::int64_t> parents) {
    bool in_order = parents.size() == rows_;
    for (std::size_t b = 0; in_order && b < rows_; ++b) {
      in_order = parents[b] == static_cast<std::int64_t>(b);
    }
    rows_ = parents.size();
    if (in_order || length_ == 0) return;
    const std::size_t count = length_ * width();
    for (Layer& layer : layers_) {
      for (auto [from, to] :
           {std::pair{&layer.key, &layer.next_key}, std::pair{&layer.value, &layer.next_value}}) {
        at_least(*to, parents.size() * count);
        for (std::size_t b = 0; b < parents.size(); ++b) {
          std::copy_n(from->data() + static_cast<std::size_t>(parents[b]) * count, count,
                      to->data() + b * count);
        }
        std::swap(*from, *to);
      }
    }
  }

  // The block stands after the past; each token sees the past, itself and those before it.
  void fill_positions(std::size_t block) {
    at_least(position_, block);
    at_least(mask_, block * (length_ + block));
    for (std::size_t i = 0; i < block; ++i) {
      position_[i] = static_cast<std::int64_t>(length_ + i);
      float* row = mask_.data() + i * (length_ + block);
      std::fill(row, row + length_ + i + 1, 0.0F);
      std::fill(row + length_ + i + 1, row + length_ + block, kHidden);
    }
  }

  Size size_;
  std::vector<Layer> layers_;
  std::vector<TokenId> source_;
  std::array<std::int64_t, 4> cross_key_shape_{};  // the first side is the number of rows
  std::array<std::int64_t, 4> cross_value_shape_{};
  std::size_t cross_rows_ = 1;  // that hold copies
  std::size_t rows_ = 1;
  std::size_t length_ = 0;  // tokens in the past
  std::vector<TokenId> token_;
  std::vector<std::int64_t> parent_;
  std::vector<std::int64_t> position_;
  std::vector<float> mask_;
  std::vector<TensorRef> inputs_;
  std::vector<TensorRef> outputs_;
};

}  // namespace

Result<std::unique_ptr<SequenceModel>> make_transformer(Session& encoder, Session& decoder) {
  TransformerModel::Size size;
  size.heads = side_of(decoder.inputs(), "k0", 4, 1);
  size.head_width = side_of(decoder.inputs(), "k0", 4, 3);
  if (size.heads == 0 || size.head_width == 0) {
    return mismatch("the decoder's input 'k0' has no known heads and width");
  }
  for (;; ++size.layers) {
    const std::string number = std::to_string(size.layers);
    if (find_tensor(decoder.inputs(), "k" + number) == nullptr) break;
    const auto has = [&](const std::vector<TensorInfo>& tensors, const std::string& name) {
      return find_tensor(tensors, name) != nullptr;
    };
    for (const std::string& name : {"ck" + number, "cv" + number}) {
      if (!has(encoder.outputs(), name) || !has(decoder.inputs(), name)) {
        return mismatch(
            fmt::format("encoder and decoder are not of one network: '{}' is not an "
                        "output of the one and an input of the other",
                        name));
      }
    }
    const bool whole = has(decoder.inputs(), "v" + number) &&
                       has(decoder.outputs(), "k" + number + "_out") &&
                       has(decoder.outputs(), "v" + number + "_out");
    if (!whole) return mismatch(fmt::format("the decoder lacks a tensor of layer {}", number));
  }
  size.blocks = find_tensor(decoder.inputs(), "mask") != nullptr &&
                find_tensor(decoder.inputs(), "position") != nullptr;
  if (!size.blocks && find_tensor(decoder.inputs(), "beam_idx") == nullptr) {
    return mismatch("the decoder has no input 'beam_idx'");
  }
  const std::int64_t width = size.blocks ? side_of(encoder.outputs(), "ck0", 4, 3)
                                         : side_of(encoder.outputs(), "ck0", 3, 1);
  if (width != size.head_width) {
    return mismatch("encoder and decoder are not of one network: their heads differ in width");
  }
  return std::unique_ptr<SequenceModel>(std::make_unique<TransformerModel>(encoder, decoder, size));
}

}  // namespace rightsize
