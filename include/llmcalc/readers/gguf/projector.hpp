// gguf/projector.hpp: what a projector of images takes (llama.cpp's --mmproj), of the header of its file.
//
// llama-server says before it loads one what it takes at worst. Floats for each patch of an image were read off that
// for files of real and of odd shapes, by build 11669; js/readers/projector.js has the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "llmcalc/readers/gguf/header.hpp"
#include "llmcalc/readers/gguf/tensors.hpp"
#include "llmcalc/readers/gguf/walk.hpp"

namespace llmcalc::gguf {

// Bytes, for the runtime's fields of these names.
struct Projector {
  std::string kind;  // clip.projector_type
  double weights = 0;
  double buffer = 0;
  double inputs = 0;
  bool isAssumed = false;  // nothing was recorded of its kind, and the buffer is an upper guess
};

namespace detail {

// Tokens of an image that Qwen's projectors reserve for where nothing is said: one of 1472 x 1472 pixels.
inline constexpr double kReservedTokens = 2116.0;
inline constexpr double kPatchesOfToken = 4.0;
inline constexpr double kChannels = 3.0;

// Keys of one encoder of the file, "clip.vision." or "clip.audio.".
class EncoderKeys {
 public:
  EncoderKeys(const Metadata& metadata, std::string_view prefix) : metadata_(metadata), prefix_(prefix) {}

  [[nodiscard]] const Value* find(std::string_view key) const {
    const auto found = metadata_.find(prefix_ + std::string(key));
    return found == metadata_.end() ? nullptr : &found->second;
  }

  // A length; what is missing or none is the first refusal.
  double length(std::string_view key) {
    constexpr Range kLength{"", "a whole number from 1 to 1e6", 1.0, 1e6};
    const Value* value = find(key);
    const auto* number = value == nullptr ? nullptr : std::get_if<double>(value);
    if (number != nullptr && containsWhole(kLength, *number)) return *number;
    if (refusal_.empty()) {
      refusal_ = prefix_ + std::string(key) + " must be a whole number from 1 to 1e6, got " +
                 (value == nullptr ? std::string("nothing") : display(*value));
    }
    return 1.0;
  }

  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

 private:
  const Metadata& metadata_;
  std::string prefix_;
  std::string refusal_;
};

// Feature vectors of some layers are kept, and joined to the image's own (Qwen3-VL).
[[nodiscard]] inline double deepLayers(const EncoderKeys& keys) {
  const Value* value = keys.find("is_deepstack_layers");
  const auto* flags = value == nullptr ? nullptr : std::get_if<std::vector<bool>>(value);
  return flags == nullptr ? 0.0 : static_cast<double>(std::count(flags->begin(), flags->end(), true));
}

// Buffer and inputs of the encoder of images.
inline void addImages(Projector& projector, EncoderKeys& keys, double mostTokens) {
  const double hidden = keys.length("embedding_length");
  const double network = keys.length("feed_forward_length");
  const double patch = keys.length("patch_size");
  const double side = std::floor(keys.length("image_size") / patch);
  const double pixels = kChannels * patch * patch;
  double patches = side * side;
  double floats = network + 6.0 * hidden + pixels;
  double inputs = pixels;
  if (projector.kind == "gemma3") {
    floats = network + 4.0 * hidden;
  } else if (projector.kind == "qwen3vl_merger") {
    patches = kPatchesOfToken * (mostTokens > 0.0 ? mostTokens : kReservedTokens);
    inputs = pixels + 4.0;  // a position has four numbers
    const double deep = deepLayers(keys);
    floats = deep > 0.0 ? std::max(network + 6.0 * hidden, network + deep * keys.length("projection_dim")) + inputs
                        : std::max(6.0 * hidden + inputs, network + 2.0 * hidden + 4.0);
  } else {
    // Kinds that take images of any size may reserve more than the size that they were trained on.
    projector.isAssumed = true;
    if (mostTokens > 0.0) patches = std::max(patches, kPatchesOfToken * mostTokens);
  }
  projector.buffer = std::max(projector.buffer, patches * floats * 4.0);
  projector.inputs = std::max(projector.inputs, patches * inputs * 4.0);
}

// Of a sound: half a minute in frames of 10 ms, of which the first layers make half as many.
inline void addSounds(Projector& projector, EncoderKeys& keys) {
  constexpr double kFrames = 3000.0;
  constexpr double kBins = 128.0;
  const double floats = keys.length("feed_forward_length") + 6.0 * keys.length("embedding_length");
  projector.isAssumed = true;
  projector.buffer = std::max(projector.buffer, kFrames * floats * 4.0);
  projector.inputs = std::max(projector.inputs, kFrames * kBins * 4.0);
}

}  // namespace detail

// The projector whose header this is. `mostTokens`: of an image (--image-max-tokens), or 0 for what its kind reserves.
// Exact to 0.02 MiB of what llama-server prints for Gemma 3's and Qwen3.5's, 0 to 50 % above it for Qwen3-VL's; other
// kinds are guessed. The refusal names the key.
[[nodiscard]] inline Reading<Projector> tryProjector(const Header& header, double mostTokens = 0.0) {
  const auto refuse = [](const std::string& why) { return Reading<Projector>::refused(why); };
  const auto text = [&](std::string_view key) {
    const auto found = header.metadata.find(key);
    const auto* value = found == header.metadata.end() ? nullptr : std::get_if<std::string>(&found->second);
    return value == nullptr ? std::string() : *value;
  };
  const auto has = [&](std::string_view key) {
    const auto found = header.metadata.find(key);
    const auto* value = found == header.metadata.end() ? nullptr : std::get_if<bool>(&found->second);
    return value != nullptr && *value;
  };
  const std::string architecture = text("general.architecture");
  if (architecture != "clip") {
    return refuse("general.architecture must be clip in a projector, got " + inQuotes(architecture));
  }
  Projector projector;
  for (const std::string_view key :
       {"clip.projector_type", "clip.vision.projector_type", "clip.audio.projector_type"}) {
    if (projector.kind.empty()) projector.kind = text(key);
  }
  for (std::size_t n = 0; n < header.tensors.size(); ++n) {
    const Reading<double> bytes = bytesOf(header.tensors[n], n);
    if (!bytes) return refuse(bytes.refusal());
    projector.weights += *bytes;
  }
  const bool images = has("clip.has_vision_encoder");
  const bool sounds = has("clip.has_audio_encoder");
  if (!images && !sounds) return refuse("it has an encoder neither of images nor of sounds");
  if (images) {
    detail::EncoderKeys keys(header.metadata, "clip.vision.");
    detail::addImages(projector, keys, mostTokens);
    if (!keys.refusal().empty()) return refuse(keys.refusal());
  }
  if (sounds) {
    detail::EncoderKeys keys(header.metadata, "clip.audio.");
    detail::addSounds(projector, keys);
    if (!keys.refusal().empty()) return refuse(keys.refusal());
  }
  return projector;
}

}  // namespace llmcalc::gguf
