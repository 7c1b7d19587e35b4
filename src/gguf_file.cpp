#include "gguf_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "llmcalc/catalog.hpp"
#include "llmcalc/readers/gguf/file.hpp"
#include "llmcalc/readers/gguf/projector.hpp"
#include "search.hpp"

namespace llmcalc {

namespace {

constexpr FileType kUsualType = FileType::Q4_K_M;

[[noreturn]] void fail(const std::string& why, const std::string& who = "readGguf") {
  throw std::invalid_argument(who + ": " + why);
}

std::string systemError(std::error_code error) {
  if (error == std::errc::no_such_file_or_directory) return "there is no such file (ENOENT)";
  if (error == std::errc::not_a_directory) return "there is no such file (ENOTDIR)";
  if (error == std::errc::permission_denied) return "it may not be read (EACCES)";
  return error.message();
}

gguf::Part partAt(const std::string& path, const std::string& who = "readGguf") {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    fail(path + ": " + systemError(error ? error : std::make_error_code(std::errc::no_such_file_or_directory)), who);
  }
  // A pipe's opening waits for its writer, and a device has no end.
  if (!std::filesystem::is_regular_file(status)) fail(path + ": it is a folder, a pipe or a device, not a file", who);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path + ": " + systemError(std::error_code(errno, std::generic_category())), who);
  gguf::Part part;
  part.location = path;
  part.bytes = static_cast<double>(std::filesystem::file_size(path, error));
  const gguf::Source source{[&](double offset, std::span<unsigned char> to) -> std::size_t {
                              file.clear();
                              file.seekg(static_cast<std::streamoff>(offset));
                              file.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
                              return static_cast<std::size_t>(file.gcount());
                            },
                            part.bytes};
  gguf::Reading<gguf::Header> header = gguf::readHeader(source);
  if (!header) fail(path + ": " + header.refusal(), who);
  part.header = std::move(*header);
  return part;
}

// The names of all parts of a split file, given any of them.
std::vector<std::string> partsOf(const std::string& path) {
  static const std::regex split(R"(-(\d{5})-of-(\d{5})\.gguf$)");
  std::smatch found;
  if (!std::regex_search(path, found, split)) return {path};
  const std::string count = found[2];
  constexpr int kMostParts = 1000;
  const int parts = std::stoi(count);
  if (parts < 1 || parts > kMostParts) fail(path + ": too many parts");
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(parts));
  for (int i = 1; i <= parts; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, count.size() - number.size(), '0');
    std::string name = found.prefix().str();
    name.append("-").append(number).append("-of-").append(count).append(".gguf");
    names.push_back(std::move(name));
  }
  return names;
}

std::string nearestArchitectures(std::string_view name) {
  std::vector<std::string_view> known;
  known.reserve(gguf::kArchitectureTraits.size());
  for (const gguf::ArchitectureTraits& traits : gguf::kArchitectureTraits) known.push_back(traits.name);
  std::string text;
  for (const std::string_view near : nearestOf(name, known))
    text.append(text.empty() ? "; nearest: " : ", ").append(near);
  return text;
}

Json sourceOf(const gguf::File& file) {
  return {{"kind", "gguf"},
          {"locations", file.locations},
          {"version", file.version},
          {"tensorCount", file.tensorCount},
          {"complete", file.complete},
          {"bytesRead", file.bytesRead},
          {"fileBytes", file.fileBytes}};
}

}  // namespace

Subject subjectInGguf(const std::string& path, std::optional<Quant>& asked) {
  std::vector<gguf::Part> parts;
  for (const std::string& name : partsOf(path)) parts.push_back(partAt(name));
  const gguf::Reading<gguf::File> read = gguf::tryFile(std::move(parts), nearestArchitectures);
  if (!read) fail(read.refusal());
  Subject subject;
  subject.name = read->name.value_or(path);
  subject.source = sourceOf(*read);
  subject.model = read->model;
  subject.architecture = read->architecture;
  subject.recorded = catalog::isRecorded(read->architecture);
  if (read->extension) {
    subject.rope = Rope{read->extension->type, read->extension->factor, read->extension->originalContextLength};
  }
  // Another type than the file's is another file: its sizes follow the rules.
  if (asked && (!read->fileType || asked->fileType != *read->fileType)) return subject;
  subject.file = read->locations.front();
  if (read->tensorCount > 0.0) subject.weights = std::make_shared<MeasuredWeights>(read->weights);
  Quant own;
  own.fileType = read->fileType.value_or(kUsualType);
  own.importanceMatrix = asked && asked->importanceMatrix;
  if (!read->fileType) {
    own.note = "The file names no known type, not " + std::string(traits(kUsualType).name) +
               " either: the weights are those of its tensors.";
  }
  asked = own;
  return subject;
}

gguf::Projector projectorIn(const std::string& path, double imageTokens) {
  const gguf::Part part = partAt(path, "readProjector");
  gguf::Reading<gguf::Projector> projector = gguf::tryProjector(part.header, imageTokens);
  if (!projector) fail(path + ": " + projector.refusal(), "readProjector");
  return *projector;
}

}  // namespace llmcalc
