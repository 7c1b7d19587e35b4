#include "llmcalc/readers/gguf/walk.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "readers/gguf/headers.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

using Bytes = std::vector<unsigned char>;

Bytes bytesOfText(std::string_view text) { return {text.begin(), text.end()}; }

std::string refusalOf(const Bytes& bytes) { return readHeader(sourceOf(bytes)).refusal(); }

std::string refusalOf(std::string_view text) { return refusalOf(bytesOfText(text)); }

// The beginning of a header; what it announces is for the test to write.
Writer announcing(std::uint64_t tensors, std::uint64_t keys, std::uint32_t version = 3) {
  Writer writer;
  writer.bytes = bytesOfText("GGUF");
  writer.number(version);
  writer.number(tensors);
  writer.number(keys);
  return writer;
}

Reading<Header> headerOf(const Writer& writer) { return readHeader(sourceOf(writer.bytes)); }

// Byte for byte as docs/gguf.md of ggml has it: magic, version, tensors, keys; a key with its type and value; a tensor
// with its dimensions, lengths, type and offset.
TEST(ReadHeader, ReadsTheFormat) {
  using namespace std::string_literals;
  const std::string text =
      "GGUF"
      "\x03\0\0\0"
      "\x01\0\0\0\0\0\0\0"
      "\x01\0\0\0\0\0\0\0"
      "\x11\0\0\0\0\0\0\0"
      "llama.block_count"
      "\x04\0\0\0"
      "\x20\0\0\0"
      "\x0d\0\0\0\0\0\0\0"
      "output.weight"
      "\x02\0\0\0"
      "\0\x10\0\0\0\0\0\0"
      "\0\xf5\x01\0\0\0\0\0"
      "\x0e\0\0\0"
      "\x40\0\0\0\0\0\0\0"s;
  const Bytes bytes = bytesOfText(text + "data");
  const Reading<Header> header = readHeader(sourceOf(bytes));
  ASSERT_TRUE(header) << header.refusal();
  EXPECT_EQ(header->version, 3);
  EXPECT_EQ(header->metadata, (Metadata{{"llama.block_count", 32.0}}));
  ASSERT_EQ(header->tensors.size(), 1U);
  EXPECT_EQ(header->tensors[0].name, "output.weight");
  EXPECT_EQ(header->tensors[0].shape, (std::vector<double>{4096, 128256}));
  EXPECT_EQ(header->tensors[0].type, 14);
  EXPECT_EQ(header->tensors[0].offset, 64);
  EXPECT_EQ(header->end, static_cast<double>(text.size()));
  EXPECT_EQ(header->bytesRead, static_cast<double>(bytes.size()));
}

TEST(ReadHeader, ReadsValuesOfAllTypes) {
  Writer writer = announcing(0, 13);
  const auto add = [&](std::string_view key, std::uint32_t type, auto value) {
    writer.text(key);
    writer.number(type);
    writer.number(value);
  };
  add("uint8", 0, std::uint8_t{200});
  add("int8", 1, std::int8_t{-100});
  add("uint16", 2, std::uint16_t{60000});
  add("int16", 3, std::int16_t{-30000});
  add("uint32", 4, std::uint32_t{4000000000});
  add("int32", 5, std::int32_t{-2000000000});
  add("float32", 6, 0.5F);
  add("bool", 7, std::uint8_t{1});
  add("uint64", 10, std::uint64_t{1} << 60U);
  add("int64", 11, std::int64_t{-1});
  add("float64", 12, 1e-5);
  writer.text("string");
  writer.number(std::uint32_t{8});
  writer.text("a text");
  writer.text("array");
  writer.number(std::uint32_t{9});
  writer.number(std::uint32_t{3});
  writer.number(std::uint64_t{2});
  writer.number(std::int16_t{-1});
  writer.number(std::int16_t{7});
  const Reading<Header> header = headerOf(writer);
  ASSERT_TRUE(header) << header.refusal();
  EXPECT_EQ(header->metadata, (Metadata{{"uint8", 200.0},
                                        {"int8", -100.0},
                                        {"uint16", 60000.0},
                                        {"int16", -30000.0},
                                        {"uint32", 4e9},
                                        {"int32", -2e9},
                                        {"float32", 0.5},
                                        {"bool", true},
                                        {"uint64", 1152921504606846976.0},
                                        {"int64", -1.0},
                                        {"float64", 1e-5},
                                        {"string", std::string("a text")},
                                        {"array", std::vector<double>{-1, 7}}}));
}

TEST(ReadHeader, ReadsListsOfTextsAndFlags) {
  const Metadata lists = {{"flags", std::vector<bool>{true, false, true}},
                          {"texts", std::vector<std::string>{"one", "", "three"}},
                          {"none", std::vector<double>()}};
  const Bytes bytes = bytesOfHeader(lists, {});
  const Reading<Header> header = readHeader(sourceOf(bytes));
  ASSERT_TRUE(header) << header.refusal();
  EXPECT_EQ(header->metadata, lists);
}

// Files for IBM's mainframes: the magic alone is in the same order.
TEST(ReadHeader, ReadsTheOtherOrderOfBytes) {
  using namespace std::string_literals;
  const Bytes bytes = bytesOfText(
      "GGUF"
      "\0\0\0\x03"
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\0\x01"
      "\0\0\0\0\0\0\0\x03"
      "key"
      "\0\0\0\x04"
      "\0\0\x01\x02"s);
  const Reading<Header> header = readHeader(sourceOf(bytes));
  ASSERT_TRUE(header) << header.refusal();
  EXPECT_EQ(header->metadata, (Metadata{{"key", 258.0}}));
}

// Version 1 had lengths of 32 bits.
TEST(ReadHeader, ReadsVersions2And3) {
  EXPECT_TRUE(headerOf(announcing(0, 0, 2)));
  for (const std::uint32_t version : {1U, 4U}) {
    EXPECT_EQ(headerOf(announcing(0, 0, version)).refusal(),
              "the version of the format must be 2 or 3, got " + std::to_string(version));
  }
}

TEST(ReadHeader, SaysWhatAFileIsThatIsNoGguf) {
  EXPECT_EQ(refusalOf("GG"), "not a GGUF file but too short for one");
  EXPECT_EQ(refusalOf("FUGG\x03"), "not a GGUF file but a big-endian GGUF file");
  EXPECT_EQ(refusalOf("PK\x03\x04"), "not a GGUF file but a zip archive (a PyTorch checkpoint?)");
  EXPECT_EQ(refusalOf("\n <!DOCTYPE html>"), "not a GGUF file but a web page: is that the address of the file itself?");
  EXPECT_EQ(refusalOf("<html lang=\"en\">"), "not a GGUF file but a web page: is that the address of the file itself?");
  EXPECT_EQ(refusalOf("version https://git-lfs.github.com/spec/v1"),
            "not a GGUF file but a git-lfs pointer: fetch the file itself");
  using namespace std::string_literals;
  EXPECT_EQ(refusalOf("\x40\0\0\0\0\0\0\0{\"model\""s), "not a GGUF file but a safetensors file");
  EXPECT_EQ(refusalOf("some text"), "not a GGUF file but something else, which begins with 73 6f 6d 65");
}

TEST(ReadHeader, RefusesMoreThanAnyModelHas) {
  EXPECT_EQ(headerOf(announcing(20001, 0)).refusal(), "the number of tensors must be at most 20000, got 20001");
  EXPECT_EQ(headerOf(announcing(0, 1001)).refusal(), "the number of keys must be at most 1000, got 1001");
  Writer writer = announcing(0, 1);
  writer.number(std::uint64_t{65536});
  EXPECT_EQ(headerOf(writer).refusal(), "the bytes of key 0 must be at most 65535, got 65536");
  writer = announcing(1, 0);
  writer.number(std::uint64_t{1025});
  EXPECT_EQ(headerOf(writer).refusal(), "the bytes of the name of tensor 0 must be at most 1024, got 1025");
  writer = announcing(1, 0);
  writer.text("t");
  writer.number(std::uint32_t{5});
  EXPECT_EQ(headerOf(writer).refusal(), "the dimensions of tensor 0 must be at most 4, got 5");
}

TEST(ReadHeader, RefusesKeysThatAreThereTwice) {
  Writer writer = announcing(0, 2);
  for (int i = 0; i < 2; ++i) {
    writer.text("llama.block_count");
    writer.value(32.0);
  }
  EXPECT_EQ(headerOf(writer).refusal(), R"(key "llama.block_count" is there twice)");
}

TEST(ReadHeader, RefusesValuesThatLlamaCppRefuses) {
  Writer writer = announcing(0, 1);
  writer.text("nested");
  writer.number(std::uint32_t{9});
  writer.number(std::uint32_t{9});
  writer.number(std::uint64_t{1});
  EXPECT_EQ(headerOf(writer).refusal(), R"("nested" has arrays in an array)");
  writer = announcing(0, 1);
  writer.text("strange");
  writer.number(std::uint32_t{13});
  EXPECT_EQ(headerOf(writer).refusal(), R"("strange" has a value of an unknown type, 13)");
}

TEST(ReadHeader, IsRefusedWhereverItEnds) {
  const Bytes whole = bytesOfHeader({{"key", 1.0}, {"text", std::string("value")}}, {{"t", {32}, 0, 0}});
  ASSERT_TRUE(readHeader(sourceOf(whole)));
  for (std::size_t bytes = 4; bytes < whole.size(); ++bytes) {
    EXPECT_EQ(refusalOf(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes))),
              "it ends in the middle of its header")
        << bytes;
  }
}

TEST(ReadHeader, IsRefusedBeyondTheLimit) {
  const Bytes bytes = bytesOfHeader(llamaKeys(), llamaTensors());
  EXPECT_EQ(readHeader(sourceOf(bytes), 1000).refusal(), "its header must be at most 1000 bytes (maximumHeaderBytes)");
  EXPECT_TRUE(readHeader(sourceOf(bytes), static_cast<double>(bytes.size())));
}

TEST(ReadHeader, LeavesOutWhatIsLong) {
  Metadata keys;
  for (const std::size_t length : {1024U, 1025U}) {
    keys["numbers" + std::to_string(length)] = std::vector<double>(length, 1.0);
  }
  for (const std::size_t length : {64U, 65U}) {
    keys["texts" + std::to_string(length)] = std::vector<std::string>(length, "token");
  }
  // With type and length, 1,000,000 bytes.
  keys["text999988"] = std::string(999'988, 'x');
  keys["text999989"] = std::string(999'989, 'x');
  const Bytes bytes = bytesOfHeader(keys, llamaTensors());
  const Reading<Header> header = readHeader(sourceOf(bytes));
  ASSERT_TRUE(header) << header.refusal();
  std::string kept;
  for (const auto& [key, value] : header->metadata) kept += key + " ";
  EXPECT_EQ(kept, "numbers1024 text999988 texts64 ");
  EXPECT_EQ(header->tensors.size(), 291U);
  EXPECT_NE(header->tokens, header->tokens);
}

TEST(ReadHeader, CountsTheTokensThatItLeavesOut) {
  const Bytes bytes = bytesOfHeader({{"tokenizer.ggml.tokens", std::vector<std::string>(32000, "a token")}}, {});
  const Reading<Header> header = readHeader(sourceOf(bytes));
  EXPECT_EQ(header->tokens, 32000);
  EXPECT_EQ(header->end, 24 + 8 + 21 + 4 + 12 + 32000 * (8 + 7));
}

// Numbers of a vocabulary between two keys: 8 MiB, of which the window's rest and the next MiB alone are read.
TEST(ReadHeader, DoesNotReadNumbersThatItLeavesOut) {
  Writer writer = announcing(0, 2);
  writer.text("tokenizer.ggml.scores");
  writer.number(std::uint32_t{9});
  writer.number(std::uint32_t{6});
  writer.number(std::uint64_t{1} << 21U);
  writer.bytes.resize(writer.bytes.size() + (std::size_t{1} << 23U));
  writer.text("key");
  writer.value(1.0);
  const Reading<Header> header = headerOf(writer);
  ASSERT_TRUE(header) << header.refusal();
  EXPECT_EQ(header->metadata, (Metadata{{"key", 1.0}}));
  EXPECT_EQ(header->bytesRead, 256 * 1024 + 8 + 3 + 4 + 4);
}

TEST(ReadHeader, CostsNoMoreThanItsBytes) {
  // A list of 2^40 numbers, and texts of 2^60 bytes, that are not there.
  for (const std::uint32_t type : {4U, 8U}) {
    Writer writer = announcing(0, 1);
    writer.text("llama.list");
    writer.number(std::uint32_t{9});
    writer.number(type);
    writer.number(std::uint64_t{1} << 40U);
    writer.number(std::uint64_t{1} << 60U);
    EXPECT_EQ(headerOf(writer).refusal(), "it ends in the middle of its header");
  }
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
