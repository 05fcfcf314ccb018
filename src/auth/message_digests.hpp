// What verifying signatures needs of a message, gathered while it goes by: its header fields, and the hashes
// of its body in the canonical forms that are asked for when the header section has ended.
//
// Bounds: a header section of `most_header` bytes and `most_fields` fields (a longer one is not kept, and
// header_kept() is false), and 16 different hashes of the body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/canonical.hpp"
#include "auth/sha256_stream.hpp"

namespace postern::auth {

struct HeaderField {
  std::string text;                // as it is, folded, with its final CRLF
  std::string_view name() const;   // without white space before the colon
  std::string_view value() const;  // behind the colon, folded
};

// A header section as its fields. What is no field, and its continuation, is left out.
std::vector<HeaderField> split_header(std::string_view section);

class MessageDigests {
 public:
  static constexpr std::size_t most_header = 512 * 1024;
  static constexpr std::size_t most_fields = 4096;
  static constexpr std::size_t most_hashes = 16;

  // Content with lines that end with CRLF, cut anywhere. Stops behind the empty line that ends the header
  // section, when it meets it: returns how many bytes were taken.
  std::size_t feed_header(std::string_view bytes);
  bool header_ended() const { return header_ended_; }
  // The content has ended within its header section, if it has not ended before: an empty body follows.
  void end_header_section();
  bool header_kept() const { return header_kept_; }
  std::vector<HeaderField> const& fields() const { return fields_; }

  // The hash of the body in that form, of its first `length` canonical bytes if that is given. Before
  // feed_body(). Absent: too many are asked for.
  std::optional<std::size_t> want_body_hash(Canonical form, std::optional<std::uint64_t> length);

  void feed_body(std::string_view bytes);
  void finish();  // the message has ended, perhaps within its header section

  std::string const& body_hash(std::size_t which) const { return hashes_[which].result; }
  // Whether the body goes on behind the `length` that was asked for; or has not even that.
  bool is_longer(std::size_t which) const { return hashes_[which].bytes > hashes_[which].length; }
  bool is_shorter(std::size_t which) const {
    return hashes_[which].length != all && hashes_[which].bytes < hashes_[which].length;
  }

 private:
  static constexpr std::uint64_t all = UINT64_MAX;
  struct Hash {
    Canonical form;
    std::uint64_t length = all;
    std::uint64_t bytes = 0;  // canonical ones so far
    Sha256Stream stream = {};
    std::string result = {};
  };
  void end_header();
  void hash(Canonical form, std::string_view canonical);

  std::string header_;
  bool header_ended_ = false, header_kept_ = true, finished_ = false;
  std::vector<HeaderField> fields_;
  std::vector<Hash> hashes_;
  CanonicalBody simple_{Canonical::simple}, relaxed_{Canonical::relaxed};
  bool wants_simple_ = false, wants_relaxed_ = false;
};

}  // namespace postern::auth
