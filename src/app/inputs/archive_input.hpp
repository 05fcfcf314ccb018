// Reads the mailboxes, messages and logs within an archive (zip, tar), as it comes and without unpacking it.
// Thread: the reader's. It blocks.
#pragma once

#include <functional>
#include <string_view>

#include "app/inputs/input_stream.hpp"
#include "whatif/answer.hpp"
#include "whatif/facts_source.hpp"

namespace postern::app {

bool is_archive(std::string_view start);  // by its first bytes, decompressed

// `start`: what was read of the stream already. `answer` gets what was read, skipped and should be known;
// `progress` is called after each entry.
void read_archive(std::string_view start, InputStream& stream, whatif::SourceSettings const& settings,
                  whatif::ReceptionSink& sink, whatif::SourceAnswer& answer,
                  std::function<void()> const& progress);

}  // namespace postern::app
