#include "llmcalc/readers/gguf/projector.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "llmcalc/base/units.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

// Lengths of an encoder of images; the tensors do not matter for its buffer.
struct Encoder {
  std::string kind;
  double hidden, network, image, patch, out;
  double deepLayers = 0;
};

gguf::Header headerOf(const Encoder& encoder) {
  gguf::Header header;
  header.metadata = {{"general.architecture", std::string("clip")},
                     {"clip.projector_type", encoder.kind},
                     {"clip.has_vision_encoder", true},
                     {"clip.vision.embedding_length", encoder.hidden},
                     {"clip.vision.feed_forward_length", encoder.network},
                     {"clip.vision.image_size", encoder.image},
                     {"clip.vision.patch_size", encoder.patch},
                     {"clip.vision.projection_dim", encoder.out}};
  std::vector<bool> flags(24, false);
  for (std::size_t i = 0; static_cast<double>(i) < encoder.deepLayers; ++i) flags[8 * i + 5] = true;
  header.metadata["clip.vision.is_deepstack_layers"] = flags;
  return header;
}

double mib(double bytes) { return bytes / kBytesPerMiB; }

const Encoder kGemma3{"gemma3", 1152, 4304, 896, 14, 2560};
const Encoder kQwen35{"qwen3vl_merger", 1152, 4304, 768, 16, 4096};

// What llama-server of build 11669 estimates beyond the tensors of the file: 139.25 MiB on the GPU and 9.19 on the
// host.
TEST(Projector, OfGemma3IsThatOfLlamaServer) {
  const auto read = gguf::tryProjector(headerOf(kGemma3));
  ASSERT_TRUE(read);
  EXPECT_NEAR(mib(read->buffer), 139.25, 0.02);
  EXPECT_NEAR(mib(read->inputs), 9.19, 0.005);
  EXPECT_FALSE(read->isAssumed);
}

// 273.03 and 248.23 MiB of two widths, of which 24.93 are on the host; 132.13 where an image has 1,024 tokens at most.
TEST(Projector, OfQwenIsThatOfLlamaServer) {
  const auto large = gguf::tryProjector(headerOf(kQwen35));
  EXPECT_NEAR(mib(large->inputs), 24.93, 0.01);
  EXPECT_NEAR(mib(large->buffer + large->inputs), 273.03, 0.02);
  Encoder small = kQwen35;
  small.hidden = 1024;
  small.network = 4096;
  const auto narrow = gguf::tryProjector(headerOf(small));
  EXPECT_NEAR(mib(narrow->buffer + narrow->inputs), 248.23, 0.02);
  const auto limited = gguf::tryProjector(headerOf(kQwen35), 1024);
  EXPECT_NEAR(mib(limited->buffer + limited->inputs), 132.13, 0.02);
}

// 380.50 MiB of a tower of 1,024 and 411.97 of one of 1,152: vectors of three layers are kept.
TEST(Projector, OfQwen3VlIsNotBelow) {
  Encoder deep = kQwen35;
  deep.deepLayers = 3;
  deep.hidden = 1024;
  deep.network = 4096;
  deep.out = 2048;
  const auto small = gguf::tryProjector(headerOf(deep));
  EXPECT_NEAR(mib(small->buffer + small->inputs), 380.50, 0.05);
  deep.out = 8192;
  const auto wide = gguf::tryProjector(headerOf(deep));
  EXPECT_NEAR(mib(wide->buffer + wide->inputs), 975.61, 0.05);
  deep.hidden = 1152;
  deep.network = 4304;
  deep.out = 4096;
  const auto large = gguf::tryProjector(headerOf(deep));
  EXPECT_GE(mib(large->buffer + large->inputs), 411.97);
}

TEST(Projector, OfAnotherKindIsAssumed) {
  Encoder other = kGemma3;
  other.kind = "pixtral";
  const auto read = gguf::tryProjector(headerOf(other));
  EXPECT_TRUE(read->isAssumed);
  EXPECT_EQ(read->buffer, 64 * 64 * (4304 + 6 * 1152 + 588) * 4);
  other.kind = "gemma3";
  gguf::Header heard = headerOf(other);
  heard.metadata["clip.has_audio_encoder"] = true;
  heard.metadata["clip.audio.embedding_length"] = 1280.0;
  heard.metadata["clip.audio.feed_forward_length"] = 5120.0;
  EXPECT_TRUE(gguf::tryProjector(heard)->isAssumed);
}

TEST(Projector, RefusesByTheKey) {
  gguf::Header header = headerOf(kGemma3);
  header.metadata["general.architecture"] = std::string("llama");
  EXPECT_EQ(gguf::tryProjector(header).refusal(), "general.architecture must be clip in a projector, got \"llama\"");
  header = headerOf(kGemma3);
  header.metadata["clip.vision.patch_size"] = 0.0;
  EXPECT_EQ(gguf::tryProjector(header).refusal(), "clip.vision.patch_size must be a whole number from 1 to 1e6, got 0");
  header.metadata.erase("clip.vision.patch_size");
  EXPECT_EQ(gguf::tryProjector(header).refusal(),
            "clip.vision.patch_size must be a whole number from 1 to 1e6, got nothing");
  header = headerOf(kGemma3);
  header.metadata["clip.has_vision_encoder"] = false;
  EXPECT_EQ(gguf::tryProjector(header).refusal(), "it has an encoder neither of images nor of sounds");
}

}  // namespace LLMCALC_FILE
