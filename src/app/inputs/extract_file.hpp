// Writes receptions into an extract: blocks of arrivals (whatif/arrival_block.hpp) in one zstd frame.
#pragma once

#include <memory>
#include <optional>

#include "app/inputs/pseudonyms.hpp"
#include "base/result.hpp"
#include "whatif/arrival_block.hpp"

namespace postern::app {

struct ExtractSettings {
  std::string path = {};
  std::vector<Network> internal = {};  // their mail is marked as local, since its address may be hidden
  std::optional<Pseudonyms> pseudonyms = {};  // absent: addresses and names stay as they are
};

class ExtractFile : public whatif::ReceptionSink {
 public:
  // It is written beside `path` and takes its place when finish() succeeds. The error is a sentence.
  static Result<std::unique_ptr<ExtractFile>, std::string> create(ExtractSettings settings);
  ~ExtractFile() override;  // without finish(): nothing is left

  void take(whatif::Reception&& reception) override;
  Result<void, std::string> finish();
  std::uint64_t messages() const { return messages_; }

 private:
  class Output;
  explicit ExtractFile(ExtractSettings settings, std::unique_ptr<Output> output);

  ExtractSettings settings_;
  std::unique_ptr<Output> output_;
  whatif::ArrivalBlock block_;
  std::uint64_t messages_ = 0;
};

}  // namespace postern::app
