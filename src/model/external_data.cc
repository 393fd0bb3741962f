#include "model/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>

namespace rightsize {
namespace {

constexpr int kMaxDepth = 100;  // protobuf's own limit
constexpr std::uint64_t kMaxText = 4096;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 60;

// The messages on the way to a tensor (onnx.proto).
enum class Message : std::uint8_t {
  kModel,
  kTraining,
  kGraph,
  kNode,
  kAttribute,
  kFunction,
  kSparse,
  kTensor
};

struct Child {
  Message parent;
  std::uint64_t field;
  Message child;
};
constexpr Child kChildren[] = {
    {Message::kModel, 7, Message::kGraph},         {Message::kModel, 20, Message::kTraining},
    {Message::kModel, 25, Message::kFunction},     {Message::kTraining, 1, Message::kGraph},
    {Message::kTraining, 2, Message::kGraph},      {Message::kGraph, 1, Message::kNode},
    {Message::kGraph, 5, Message::kTensor},        {Message::kGraph, 15, Message::kSparse},
    {Message::kNode, 5, Message::kAttribute},      {Message::kAttribute, 5, Message::kTensor},
    {Message::kAttribute, 6, Message::kGraph},     {Message::kAttribute, 10, Message::kTensor},
    {Message::kAttribute, 11, Message::kGraph},    {Message::kAttribute, 22, Message::kSparse},
    {Message::kAttribute, 23, Message::kSparse},   {Message::kFunction, 7, Message::kNode},
    {Message::kFunction, 11, Message::kAttribute}, {Message::kSparse, 1, Message::kTensor},
    {Message::kSparse, 2, Message::kTensor},
};
constexpr std::uint64_t kExternalData = 13;  // of a tensor: key and value pairs
constexpr std::uint64_t kDataLocation = 14;  // of a tensor: 1 is "in another file"

std::optional<Message> child_of(Message parent, std::uint64_t field) {
  for (const Child& child : kChildren) {
    if (child.parent == parent && child.field == field) return child.child;
  }
  return std::nullopt;
}

// The bytes, each read once: what is not looked at is leapt over.
class Bytes {
 public:
  explicit Bytes(std::istream& in) : in_(in) {
    in_.seekg(0, std::ios::end);
    const auto end = in_.tellg();
    in_.seekg(0);
    size_ = in_ && end > 0 ? static_cast<std::uint64_t>(end) : 0;
  }

  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return position_; }

  bool varint(std::uint64_t end, std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && position_ < end; shift += 7) {
      const int byte = in_.rdbuf()->sbumpc();
      if (byte < 0) return false;
      ++position_;
      value |= (static_cast<std::uint64_t>(byte) & 0x7FU) << shift;
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }

  bool skip(std::uint64_t end, std::uint64_t count) {
    if (count > end - position_) return false;
    constexpr std::uint64_t kNear = 4096;  // seeking throws away what is buffered
    position_ += count;
    for (; count > 0 && count <= kNear; --count) in_.rdbuf()->sbumpc();
    if (count > 0) in_.seekg(static_cast<std::streamoff>(position_));
    return static_cast<bool>(in_);
  }

  bool text(std::uint64_t end, std::uint64_t count, std::string& value) {
    if (count > end - position_) return false;
    value.resize(count);
    position_ += count;
    return in_.rdbuf()->sgetn(value.data(), static_cast<std::streamsize>(count)) ==
           static_cast<std::streamsize>(count);
  }

 private:
  std::istream& in_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

struct Tensor {
  std::map<std::string, std::string> external;  // key and value pairs
  bool elsewhere = false;
};

class Reader {
 public:
  explicit Reader(std::istream& in) : bytes_(in) {}

  Result<std::vector<ExternalData>> read() {
    const bool well_formed = message(Message::kModel, bytes_.size(), 0);
    if (!fault_.ok()) return fault_;
    std::vector<ExternalData> files;
    if (!well_formed) return files;
    for (const auto& [location, size] : files_) files.push_back({location, size});
    return files;
  }

 private:
  // All of these: false where the bytes are no message, or a fault ends the reading.
  bool message(Message kind, std::uint64_t end, int depth) {
    if (depth > kMaxDepth) return false;
    if (kind == Message::kTensor) tensor_ = {};
    while (bytes_.position() < end) {
      std::uint64_t tag = 0;
      if (!bytes_.varint(end, tag) || !field(kind, tag, end, depth)) return false;
    }
    return kind != Message::kTensor || add(tensor_);
  }

  bool field(Message kind, std::uint64_t tag, std::uint64_t end, int depth) {
    const std::uint64_t number = tag >> 3;
    const bool of_tensor = kind == Message::kTensor;
    if ((tag & 7U) == 0 && of_tensor && number == kDataLocation) return data_location(end);
    if ((tag & 7U) != 2) return skip(tag, end, depth);
    std::uint64_t size = 0;
    if (number == 0 || !bytes_.varint(end, size) || size > end - bytes_.position()) return false;
    if (of_tensor && number == kExternalData) return pair(bytes_.position() + size);
    const std::optional<Message> child = child_of(kind, number);
    if (!child) return bytes_.skip(end, size);
    return message(*child, bytes_.position() + size, depth + 1);
  }

  bool skip(std::uint64_t tag, std::uint64_t end, int depth) {
    std::uint64_t value = 0;
    if (tag >> 3 == 0 || depth > kMaxDepth) return false;
    switch (tag & 7U) {
      case 0:
        return bytes_.varint(end, value);
      case 1:
        return bytes_.skip(end, 8);
      case 2:
        return bytes_.varint(end, value) && bytes_.skip(end, value);
      case 3:
        return group(tag >> 3, end, depth);
      case 5:
        return bytes_.skip(end, 4);
      default:
        return false;
    }
  }

  // An old form of a message, which ends with a tag: no message here has one, but one may be there.
  bool group(std::uint64_t number, std::uint64_t end, int depth) {
    std::uint64_t tag = 0;
    while (bytes_.varint(end, tag)) {
      if ((tag & 7U) == 4) return tag >> 3 == number;
      if (!skip(tag, end, depth + 1)) return false;
    }
    return false;
  }

  bool data_location(std::uint64_t end) {
    std::uint64_t value = 0;
    if (!bytes_.varint(end, value)) return false;
    tensor_.elsewhere = value == 1;
    return true;
  }

  bool pair(std::uint64_t end) {
    std::string key;
    std::string value;
    while (bytes_.position() < end) {
      std::uint64_t tag = 0;
      std::uint64_t size = 0;
      if (!bytes_.varint(end, tag)) return false;
      const std::uint64_t number = tag >> 3;
      if ((tag & 7U) != 2 || (number != 1 && number != 2)) {
        if (!skip(tag, end, 0)) return false;
        continue;
      }
      if (!bytes_.varint(end, size)) return false;
      if (size > kMaxText) return fail("a tensor's external data has a text that is too long");
      if (!bytes_.text(end, size, number == 1 ? key : value)) return false;
    }
    if (tensor_.external.emplace(key, value).second) return true;
    return fail(fmt::format("a tensor's external data has the key '{}' twice", key));
  }

  bool add(const Tensor& tensor) {
    if (!tensor.elsewhere) return true;
    const auto text = [&](const char* key) {
      const auto found = tensor.external.find(key);
      return found == tensor.external.end() ? std::string() : found->second;
    };
    const std::string location = text("location");
    if (!check(location)) return false;
    const std::optional<std::uint64_t> offset = number_of(text("offset"));
    const std::optional<std::uint64_t> length = number_of(text("length"));
    if (!offset || !length) {
      return fail(fmt::format("a tensor's part of '{}' is not given in whole numbers", location));
    }
    std::uint64_t& size = files_[location];
    size = std::max(size, *offset + *length);
    return true;
  }

  bool check(const std::string& location) {
    const std::filesystem::path path = location;
    const std::filesystem::path normal = path.lexically_normal();
    if (location.empty() || location.find('\0') != std::string::npos) {
      return fail("a tensor's external data names no file");
    }
    if (path.is_absolute() || *normal.begin() == "..") {
      return fail(
          fmt::format("it keeps weights in '{}', which is not in its folder: export it "
                      "again with the data beside it",
                      location));
    }
    return true;
  }

  static std::optional<std::uint64_t> number_of(const std::string& text) {
    std::uint64_t number = 0;
    if (text.empty()) return number;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number > kMaxBytes) return std::nullopt;
    return number;
  }

  bool fail(std::string message) {
    if (fault_.ok()) fault_ = invalid_input(std::move(message));
    return false;
  }

  Bytes bytes_;
  Tensor tensor_;  // that is being read: tensors hold none
  std::map<std::string, std::uint64_t> files_;
  Status fault_;
};

}  // namespace

Result<std::vector<ExternalData>> external_data(std::istream& model) {
  return Reader(model).read();
}

}  // namespace rightsize
