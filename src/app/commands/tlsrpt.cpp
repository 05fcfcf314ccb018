#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/commands/ask_to_send.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/inputs/input_stream.hpp"
#include "base/ascii.hpp"
#include "base/counted.hpp"
#include "wire/tls_report_mail.hpp"

namespace postern::app {
namespace {

struct Found {
  std::string file;
  wire::TlsReport report;
};

Result<std::string, std::string> read_all(std::string const& path) {
  auto stream = InputStream::open(path);
  if (!stream) return fail(path + ": " + stream.error());
  std::string text;
  for (auto piece = (*stream)->read(); !piece.empty(); piece = (*stream)->read()) {
    text += piece;
    if (text.size() > 2 * wire::tls_report_limit) return fail(path + ": larger than 32 MiB");
  }
  if (!(*stream)->problem().empty()) return fail(path + ": " + (*stream)->problem());
  return text;
}

void print_table(std::vector<Found> const& all) {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  for (auto const& [file, report] : all) {
    std::printf("%s  %s  (%s)\n", printable(report.start, 10).c_str(), printable(report.organization).c_str(),
                printable(report.contact).c_str());
    for (auto const& p : report.policies) {
      good += p.successful;
      bad += p.failed;
      std::printf("    %-32s %-16s %8llu over TLS, %llu failed\n", printable(p.domain).c_str(),
                  printable(p.type).c_str(), static_cast<unsigned long long>(p.successful),
                  static_cast<unsigned long long>(p.failed));
      for (auto const& f : p.failures)
        std::printf("        %6llu x %s at %s%s%s%s%s\n", static_cast<unsigned long long>(f.sessions),
                    printable(f.result).c_str(),
                    f.receiving_host.empty() ? "?" : printable(f.receiving_host).c_str(),
                    f.sending_ip.empty() ? "" : (" from " + printable(f.sending_ip)).c_str(),
                    f.reason.empty() ? "" : ": ", printable(f.reason).c_str(), "");
    }
  }
  std::printf("%s: %s over TLS, %llu failed\n", counted(all.size(), "report").c_str(),
              counted(good, "session").c_str(), static_cast<unsigned long long>(bad));
}

void print_json(std::vector<Found> const& all) {
  boost::json::array out;
  for (auto const& found : all) out.push_back(boost::json::parse(print(found.report)));
  std::printf("%s\n", boost::json::serialize(out).c_str());
}

}  // namespace

int run_tlsrpt(TlsrptOptions const& options) {
  if (options.send == options.day.empty() || options.send != options.files.empty())
    return complain("tlsrpt: give files, or --send with --day", 2);
  if (options.send) return ask_to_send(options.config, "/api/tlsrpt/send", options.day);
  std::vector<Found> all;
  int code = 0;
  for (auto const& file : options.files) {
    auto const text = read_all(file);
    if (!text) {
      code = complain(text.error());
      continue;
    }
    auto found = wire::find_tls_reports(*text);
    for (auto const& problem : found.problems) code = complain(file + ": " + problem);
    for (auto& report : found.reports) {
      for (auto const& sentence : report.unread) code = complain(file + ": " + sentence);
      all.push_back({file, std::move(report)});
    }
  }
  if (options.json)
    print_json(all);
  else if (!all.empty())
    print_table(all);
  return code;
}

}  // namespace postern::app
