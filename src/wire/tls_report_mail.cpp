#include "wire/tls_report_mail.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "wire/gzip.hpp"
#include "wire/mime.hpp"
#include "wire/zip_archive.hpp"

namespace postern::wire {
namespace {

constexpr int nesting_limit = 5;                            // archives and mails within each other
constexpr std::size_t unpacked_limit = 256U * 1024 * 1024;  // of everything together
constexpr std::size_t archive_limit = 1000;                 // files in one

bool names_a_report(std::string_view name) { return lowered(name).find(".json") != std::string::npos; }

bool is_declared(MimePart const& part) {  // RFC 8460 section 6.4, 6.5
  return istarts_with(part.type, "application/tlsrpt") || part.type == "application/json" ||
         names_a_report(part.file_name);
}

bool is_mail(MimePart const& part) { return part.type == "message/rfc822" || part.type == "message/global"; }

bool begins_mbox(std::string_view text) { return text.starts_with("From "); }

// The mails of an mbox (RFC 4155): each begins with a "From " line that says when it came, behind an empty
// line.
std::vector<std::string_view> mails_of_mbox(std::string_view text) {
  std::vector<std::string_view> mails;
  std::size_t begun = 0;
  bool after_empty = false;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size() - 1) + 1;
    auto const line = text.substr(at, end - at);
    if (after_empty && begins_mbox(line) && line.find(':') != std::string_view::npos) {
      mails.push_back(text.substr(begun, at - begun));
      begun = at;
    }
    after_empty = trimmed(line).empty();
    at = end;
  }
  mails.push_back(text.substr(begun));
  for (auto& mail : mails) mail.remove_prefix(std::min(mail.find('\n'), mail.size() - 1) + 1);
  return mails;
}

// A folder, or what a Mac adds to archives.
bool is_passed_over(std::string_view name) { return name.ends_with('/') || name.starts_with("__MACOSX/"); }

class ReportSearch {
 public:
  // A report, or what may hold some. `declared`: its name or type says that it is a report, so what is wrong
  // with it is always told.
  void look_into_file(std::string_view bytes, bool declared, int depth) {
    if (!look_into_attachment(bytes, declared, depth)) look_into_mails(bytes, depth);
  }

  FoundReports take() {
    if (found_.reports.empty() && found_.problems.empty())
      found_.problems.push_back(
          of_others_.value_or("neither a TLS report in JSON, nor a mail that carries one"));
    return std::move(found_);
  }

 private:
  // False: it is neither a report nor an archive.
  bool look_into_attachment(std::string_view bytes, bool declared, int depth) {
    if (depth > nesting_limit)
      fail_with("archives and mails lie too deep within each other", declared);
    else if (is_gzip(bytes))
      look_into_gzip(bytes, declared, depth);
    else if (is_zip(bytes))
      look_into_zip(bytes, declared, depth);
    else if (declared || looks_like_json(bytes))
      read_report(bytes, declared);
    else
      return false;
    return true;
  }

  std::size_t room() const { return unpacked_limit - std::min(unpacked_, unpacked_limit); }

  void fail_with(std::string problem, bool declared) {
    if (declared)
      found_.problems.push_back(std::move(problem));
    else
      of_others_ = std::move(problem);
  }

  void read_report(std::string_view text, bool declared) {
    auto report = parse_tls_report(text);
    if (report)
      found_.reports.push_back(std::move(*report));
    else
      fail_with(report.error(), declared);
  }

  void look_into_gzip(std::string_view bytes, bool declared, int depth) {
    if (room() == 0) return;
    auto const text = gunzip(bytes, std::min(tls_report_limit, room()));
    if (!text) {  // how much it was is not known
      unpacked_ += std::min(tls_report_limit, room());
      return fail_with("its attachment is damaged, or too large", declared);
    }
    unpacked_ += text->size();
    look_into_file(*text, declared, depth + 1);
  }

  // What is passed over within it counts as well.
  void look_into_zip(std::string_view bytes, bool declared, int depth) {
    if (room() == 0) return;
    auto const before = unpacked_;
    ZipReader archive(
        [bytes](std::span<char> out) mutable -> Result<std::size_t, std::string> {
          auto const count = bytes.copy(out.data(), out.size());
          bytes.remove_prefix(count);
          return count;
        },
        {.entries = archive_limit, .bytes = room()});
    look_into_entries(archive, declared, depth);
    unpacked_ = std::max(unpacked_, std::min(before + archive.given(), unpacked_limit));
  }

  void look_into_entries(ZipReader& archive, bool declared, int depth) {
    for (;;) {
      auto const entry = archive.next();
      if (!entry) return fail_with(entry.error(), declared);
      if (!*entry) return;
      if (is_passed_over((*entry)->name)) continue;
      bool const is_report = declared || names_a_report((*entry)->name);
      auto const content = read_entry(archive);
      if (content)
        look_into_file(*content, is_report, depth + 1);
      else
        fail_with(content.error(), is_report);
    }
  }

  Result<std::string, std::string> read_entry(ZipReader& archive) {
    std::string content;
    std::array<char, 16 * 1024> piece;
    for (;;) {
      auto const got = archive.read(piece);
      if (!got) return fail(got.error());
      if (*got == 0) return content;
      content.append(piece.data(), *got);
      unpacked_ += *got;
      if (unpacked_ > unpacked_limit) return fail(std::string("the archives are larger than 256 MiB"));
      if (content.size() > tls_report_limit)
        return fail(std::string("a file in an archive is larger than 16 MiB"));
    }
  }

  void look_into_mails(std::string_view text, int depth) {
    if (!begins_mbox(text)) return look_into_mail(text, depth);
    for (auto const mail : mails_of_mbox(text)) look_into_mail(mail, depth);
  }

  void look_into_mail(std::string_view mail, int depth) {
    if (depth > nesting_limit) return fail_with("mails lie too deep within each other", false);
    for (auto const& part : mime_leaves(mail))
      if (is_mail(part))
        look_into_mail(part.content, depth + 1);
      else
        look_into_attachment(part.content, is_declared(part), depth + 1);
  }

  FoundReports found_;
  std::optional<std::string> of_others_;  // what is wrong with parts that need not be reports
  std::size_t unpacked_ = 0;
};

}  // namespace

FoundReports find_tls_reports(std::string_view text) {
  ReportSearch search;
  search.look_into_file(text, looks_like_json(text), 0);
  return search.take();
}

}  // namespace postern::wire
