#include "llmcalc/readers/gguf/file.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "llmcalc/memory.hpp"
#include "readers/gguf/headers.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

Part partOf(const std::vector<unsigned char>& bytes, const std::string& location = "model.gguf") {
  Reading<Header> header = readHeader(sourceOf(bytes));
  EXPECT_TRUE(header) << header.refusal();
  return {location, *header, 1e12};
}

std::string refusalOf(const Metadata& keys, const std::vector<Tensor>& tensors = llamaTensors()) {
  return tryFile({partOf(bytesOfHeader(keys, tensors))}).refusal();
}

TEST(GgufFile, IsReadWithItsTensors) {
  const std::vector<unsigned char> bytes = bytesOfHeader(llamaKeys(), llamaTensors());
  const Reading<File> file = tryFile({partOf(bytes)});
  ASSERT_TRUE(file) << file.refusal();
  EXPECT_EQ(file->architecture, "llama");
  EXPECT_EQ(file->fileType, FileType::F16);
  EXPECT_EQ(file->parameters, 8030261248.0);
  EXPECT_EQ(file->tensorCount, 291.0);
  EXPECT_TRUE(file->complete);
  EXPECT_EQ(file->bytesRead, static_cast<double>(bytes.size()));
  EXPECT_EQ(file->model.layerCount, 32.0);
  EXPECT_EQ(file->weights.output, 4096.0 * 128256.0 * 2.0);
  EXPECT_FALSE(file->name);
}

TEST(GgufFile, OfALongVocabularyKeepsItsLengthAlone) {
  Metadata keys = llamaKeys();
  keys.erase("llama.vocab_size");
  keys["tokenizer.ggml.tokens"] = std::vector<std::string>(32000, "a token");
  const std::vector<unsigned char> bytes = bytesOfHeader(keys, llamaTensors());
  const Part part = partOf(bytes);
  EXPECT_FALSE(part.header.metadata.contains("tokenizer.ggml.tokens"));
  EXPECT_EQ(part.header.end, static_cast<double>(bytes.size()));
  EXPECT_EQ(tryFile({part})->model.vocabularySize, 32000.0);
}

TEST(GgufFile, IsRefusedWithTheReason) {
  Metadata keys = llamaKeys();
  keys["general.alignment"] = 33.0;
  EXPECT_EQ(refusalOf(keys), "model.gguf: general.alignment must be a power of two from 1 to 65536, got 33");
  keys = llamaKeys();
  keys["general.type"] = std::string("adapter");
  EXPECT_EQ(refusalOf(keys), "model.gguf: it is an adapter, not a language model");
  std::vector<Tensor> tensors = llamaTensors();
  tensors[2].offset -= 32.0;
  EXPECT_EQ(refusalOf(llamaKeys(), tensors),
            R"(model.gguf: tensors "blk.0.attn_norm.weight" and "blk.0.attn_q.weight" overlap)");
  tensors = llamaTensors();
  tensors[2].name = tensors[1].name;
  EXPECT_EQ(refusalOf(llamaKeys(), tensors), R"(model.gguf: tensor "blk.0.attn_norm.weight" is there twice)");
  tensors = llamaTensors();
  tensors[2].type = 99;
  EXPECT_EQ(refusalOf(llamaKeys(), tensors),
            "model.gguf: tensors[2].type must be a ggml type, got 99 for blk.0.attn_q.weight");
}

TEST(GgufFile, OfSeveralPartsNeedsAllOfThem) {
  const std::vector<Tensor> all = llamaTensors();
  const auto part = [&](double number, std::size_t first, std::size_t last) {
    Metadata keys = number == 0.0 ? llamaKeys() : Metadata();
    keys["split.no"] = number;
    keys["split.count"] = 2.0;
    keys["split.tensors.count"] = static_cast<double>(all.size());
    std::vector<Tensor> some(all.begin() + static_cast<std::ptrdiff_t>(first),
                             all.begin() + static_cast<std::ptrdiff_t>(last));
    return partOf(bytesOfHeader(keys, some), "part" + std::to_string(static_cast<int>(number)));
  };
  const Part first = part(0, 0, 100);
  const Part second = part(1, 100, all.size());
  const Reading<File> file = tryFile({second, first});
  ASSERT_TRUE(file) << file.refusal();
  EXPECT_EQ(file->tensorBytes, tryFile({partOf(bytesOfHeader(llamaKeys(), all))})->tensorBytes);
  EXPECT_EQ(file->locations, (std::vector<std::string>{"part0", "part1"}));
  EXPECT_EQ(tryFile({first}).refusal(), "part0: it is one of 2 parts, and 1 were given");
  EXPECT_EQ(tryFile({first, first}).refusal(), "part0: its parts are not of one file");
  EXPECT_EQ(tryFile({first, part(1, 101, all.size())}).refusal(), "part0: it must have 291 tensors, got 290");
}

TEST(GgufFile, OfAnyBytesIsReadOrRefused) {
  Metadata keys = llamaKeys();
  keys["llama.attention.sliding_window_pattern"] = std::vector<bool>(32, true);
  keys["tokenizer.ggml.tokens"] = std::vector<std::string>(100, "t");
  const std::vector<unsigned char> whole = bytesOfHeader(keys, llamaTensors());
  std::uint32_t state = 16;
  const auto random = [&](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>((static_cast<std::uint64_t>(state) * below) >> 32U);
  };
  int readable = 0;
  int planned = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<unsigned char> bytes = whole;
    if (random(4) == 0) bytes.resize(random(bytes.size()));
    const std::size_t near = random(2) == 0 ? 700 : bytes.size();
    for (std::size_t changes = 1 + random(4); changes > 0 && !bytes.empty(); --changes) {
      bytes[random(std::min(near, bytes.size()))] = static_cast<unsigned char>(random(256));
    }
    Reading<Header> header = readHeader(sourceOf(bytes));
    EXPECT_NE(static_cast<bool>(header), !header.refusal().empty());
    if (!header) continue;
    ++readable;
    const Reading<File> file = tryFile({{"model.gguf", *header, static_cast<double>(bytes.size())}});
    EXPECT_NE(static_cast<bool>(file), !file.refusal().empty());
    if (!file) continue;
    // Whatever is read is a question that planMemory answers or refuses.
    Runtime runtime;
    runtime.contextLength = 4096;
    if (tryPlanMemory(file->model, runtime, &file->weights)) ++planned;
  }
  EXPECT_GT(readable, 250);
  EXPECT_GT(planned, 25);
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
