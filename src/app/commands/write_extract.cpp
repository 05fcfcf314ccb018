#include "app/commands/write_extract.hpp"

#include <fstream>
#include <iterator>

#include "app/inputs/extract_file.hpp"
#include "app/inputs/progress.hpp"
#include "app/inputs/terminal.hpp"

namespace postern::app {
namespace {

constexpr std::size_t least_secret = 16;  // bytes
constexpr int not_extracted = 2;

int not_written(std::string const& why) {
  tell_user(why);
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
  tell_user(options.extract + ": " + std::to_string((*file)->messages()) + " messages");
  for (auto const& reader : opened.readers)
    for (auto const& note : reader->answer().notes) tell_user(reader->answer().name + ": " + note);
  constexpr int read_in_part = 1;
  if ((*file)->messages() == 0) return not_extracted;
  return were_all_read(opened.readers) ? 0 : read_in_part;
}

}  // namespace postern::app
