#include "delivery/maildir.hpp"

#include <array>
#include <cstdio>

#include "base/ascii.hpp"

namespace postern::delivery {
namespace {

std::string safe_name(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool const plain = c > ' ' && c < 0x7F && c != '/' && c != '%' && c != '\\' && !(c == '.' && out.empty());
    if (plain) {
      out += c;
    } else {
      std::array<char, 4> escape{};
      std::snprintf(escape.data(), escape.size(), "%%%02X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape.data();
    }
  }
  return out.substr(0, 200);
}

void replace_all(std::string& text, std::string_view what, std::string const& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

wire::Reply reply_to(store::FileError error) {
  switch (error) {
    case store::FileError::full: return {452, {4, 2, 2}, "mailbox disk is full"};
    case store::FileError::missing:
    case store::FileError::broken: break;
  }
  return {451, {4, 3, 0}, "mailbox cannot be written"};
}

// CRLF becomes LF; a CR at the end of a piece waits for the next.
class LineEnds {
 public:
  std::string to_lf(std::string_view piece) {
    std::string out;
    out.reserve(piece.size() + 1);
    while (!piece.empty()) {
      if (cr_ && piece.front() != '\n') out += '\r';
      cr_ = false;
      auto const cr = piece.find('\r');
      out += piece.substr(0, cr);
      if (cr == std::string_view::npos) break;
      cr_ = true;
      piece.remove_prefix(cr + 1);
    }
    return out;
  }
  std::string rest() const { return cr_ ? "\r" : ""; }

 private:
  bool cr_ = false;
};

Result<void, store::FileError> write_message(store::WritableFile& file, store::Spool const& spool,
                                             Attempt const& attempt) {
  std::string const top =
      "Return-Path: <" + attempt.envelope.sender() + ">\n" + attempt.envelope.flag_fields("\n");
  std::string_view piece = top;
  auto written = file.append({&piece, 1});
  LineEnds line_ends;
  bool const binary = attempt.envelope.body == wire::Body::binary_mime;
  for (std::size_t i = 0; written; ++i) {
    auto const chunk = spool.read_chunk(attempt.id, i);
    if (!chunk) return fail(store::FileError::broken);
    if (!*chunk) break;
    std::string const text = binary ? **chunk : line_ends.to_lf(**chunk);
    piece = text;
    written = file.append({&piece, 1});
  }
  std::string const rest = line_ends.rest();
  piece = rest;
  if (written && !rest.empty()) written = file.append({&piece, 1});
  return written ? file.sync() : written;
}

Result<void, store::FileError> deliver(store::Files& files, store::Spool const& spool,
                                       std::string const& path, std::string const& name,
                                       Attempt const& attempt) {
  std::string const temporary = path + "/tmp/" + name;
  auto file = files.create(temporary);
  if (!file && file.error() == store::FileError::missing) {
    for (auto const* part : {"/tmp", "/new", "/cur"})
      if (auto const made = files.make_directories(path + part); !made) return made;
    file = files.create(temporary);
  }
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

std::string maildir_path(std::string const& pattern, Address const& address,
                         policy::Directory const& directory) {
  std::string path = pattern;
  auto const* domain = directory.find(address);
  replace_all(path, "{domain}", safe_name(domain != nullptr ? domain->name.a_label() : address.host()));
  replace_all(path, "{local}", safe_name(directory.mailbox_of(address)));
  return path;
}

RecipientOutcome deliver_to_maildir(store::Files& files, store::Spool const& spool, std::string const& path,
                                    std::string const& hostname, Attempt const& attempt,
                                    std::uint32_t recipient) {
  std::string const name = std::to_string(attempt.id.value / 1'000'000) + ".Q" + attempt.id.print() + "R" +
                           std::to_string(recipient) + "." + safe_name(hostname);
  auto const done = deliver(files, spool, path, name, attempt);
  if (!done) return outcome_of(recipient, reply_to(done.error()), {});
  return outcome_of(recipient, {250, {2, 0, 0}, "delivered to " + path}, {});
}

}  // namespace postern::delivery
