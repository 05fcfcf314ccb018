#include "app/commands/write_extract.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "app/inputs/extract_file.hpp"
#include "app/inputs/progress.hpp"

namespace postern::app {
namespace {

constexpr std::size_t least_secret = 16;  // bytes
constexpr int not_extracted = 2;

int not_written(std::string const& why) {
  std::fprintf(stderr, "postern: %s\n", why.c_str());
  return not_extracted;
}

Result<std::string, std::string> read_secret(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::string secret((std::istreambuf_iterator<char>(in)), {});
  if (!in.good() && !in.eof()) return fail(path + ": cannot be read");
  if (secret.size() < least_secret)
    return fail(path + ": a secret of at least " + std::to_string(least_secret) + " bytes is needed");
  return secret;
}

}  // namespace

int write_extract(WhatIfOptions const& options, std::vector<Network> internal, OpenedInputs& opened) {
  ExtractSettings settings{.path = options.extract, .internal = std::move(internal)};
  if (!options.extract_secret.empty()) {
    auto secret = read_secret(options.extract_secret);
    if (!secret) return not_written(secret.error());
    settings.pseudonyms.emplace(*std::move(secret));
  }
  auto file = ExtractFile::create(std::move(settings));
  if (!file) return not_written(file.error());
  Progress progress(opened.bytes);
  auto const take = [&](whatif::Reception&& reception) {
    auto const before = (*file)->messages();
    (*file)->take(std::move(reception));
    return (*file)->messages() - before;
  };
  merge_inputs(opened.readers, take, [&](std::uint64_t bytes) { progress.tell(bytes); });
  if (auto const finished = (*file)->finish(); !finished) return not_written(finished.error());
  std::fprintf(stderr, "postern: %s: %s messages\n", options.extract.c_str(),
               std::to_string((*file)->messages()).c_str());
  for (auto const& reader : opened.readers)
    for (auto const& note : reader->answer().notes)
      std::fprintf(stderr, "postern: %s: %s\n", reader->answer().name.c_str(), note.c_str());
  return (*file)->messages() == 0 ? not_extracted : 0;
}

}  // namespace postern::app
