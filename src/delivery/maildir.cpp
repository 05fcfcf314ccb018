#include "delivery/maildir.hpp"

#include <array>
#include <cstdio>

#include "base/ascii.hpp"
#include "delivery/maildir_path.hpp"
#include "wire/content_door.hpp"

namespace postern::delivery {
namespace {

wire::Reply reply_to(store::FileError error) {
  switch (error) {
    case store::FileError::full: return {452, {4, 2, 2}, "mailbox disk is full"};
    case store::FileError::missing:
    case store::FileError::broken: break;
  }
  return {451, {4, 3, 0}, "mailbox cannot be written"};
}

Result<void, store::FileError> write_message(store::WritableFile& file, store::Spool const& spool,
                                             Attempt const& attempt) {
  std::string const top =
      "Return-Path: <" + attempt.envelope.sender() + ">\n" + attempt.envelope.top_fields("\n");
  std::string_view piece = top;
  auto written = file.append({&piece, 1});
  wire::ContentDoor door(wire::LeavesBy::file, attempt.envelope.body);
  bool last = false;
  for (std::size_t i = 0; written && !last; ++i) {
    auto const chunk = spool.read_chunk(attempt.id, i);
    if (!chunk) return fail(store::FileError::broken);
    last = !*chunk;
    std::string const text = door.pass(last ? std::string_view() : std::string_view(**chunk), last);
    piece = text;
    if (!text.empty()) written = file.append({&piece, 1});
  }
  return written ? file.sync() : written;
}

// What there is of it stays, and what is missing is made: a backup that was restored may lack the folders
// that were empty. Where nothing is missing this costs a few calls that find what is there.
Result<void, store::FileError> make_maildir(store::Files& files, std::string const& path) {
  for (auto const* part : {"/tmp", "/new", "/cur"})
    if (auto const made = files.make_directories(path + part); !made) return made;
  return {};
}

Result<void, store::FileError> deliver(store::Files& files, store::Spool const& spool,
                                       std::string const& path, std::string const& name,
                                       Attempt const& attempt) {
  if (auto const made = make_maildir(files, path); !made) return made;
  std::string const temporary = path + "/tmp/" + name;
  auto file = files.create(temporary);
  if (!file) {  // left by a crash
    static_cast<void>(files.remove(temporary));
    file = files.create(temporary);
  }
  if (!file) return fail(file.error());
  auto done = write_message(**file, spool, attempt);
  if (done) done = files.rename(temporary, path + "/new/" + name);
  if (!done) {
    static_cast<void>(files.remove(temporary));
    return done;
  }
  return files.sync_directory(path + "/new");
}

}  // namespace

RecipientOutcome deliver_to_maildir(store::Files& files, store::Spool const& spool, std::string const& path,
                                    std::string const& hostname, Attempt const& attempt,
                                    std::uint32_t recipient) {
  std::string const name = std::to_string(attempt.id.value / 1'000'000) + ".Q" + attempt.id.print() + "R" +
                           std::to_string(attempt.spool_index(recipient)) + "." +
                           directory_name(hostname).substr(0, file_name_limit);
  auto const done = deliver(files, spool, path, name, attempt);
  if (!done) return outcome_of(recipient, reply_to(done.error()), {});
  return outcome_of(recipient, {250, {2, 0, 0}, "delivered to " + path}, {});
}

}  // namespace postern::delivery
