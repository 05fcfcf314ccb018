#include "app/commands/queue_recover.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/commands/complain.hpp"
#include "base/ascii.hpp"
#include "base/counted.hpp"
#include "store/salvage.hpp"

namespace postern::app {
namespace {

constexpr std::size_t header_lines_shown = 10;

std::string salvaged_sender(store::SalvagedMessage const& message) {
  if (!message.envelope) return "unknown: its envelope is damaged";
  return "<" + message.envelope->sender() + ">";
}

std::vector<std::string> waiting_recipients(store::SalvagedMessage const& message) {
  std::vector<std::string> addresses;
  if (!message.envelope) return addresses;
  for (auto const& recipient : message.envelope->recipients)
    if (recipient.state == wire::RecipientState::waiting) addresses.push_back(recipient.address.print());
  return addresses;
}

std::vector<std::string> header_lines(store::SalvagedMessage const& message) {
  std::vector<std::string> lines;
  auto const header = message.header();
  for (std::string_view rest = header; lines.size() < header_lines_shown && !rest.empty();) {
    auto const line = rest.substr(0, rest.find("\r\n"));
    lines.push_back(printable(line, 200));
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
  }
  return lines;
}

void print_salvaged(store::SalvagedMessage const& message) {
  std::printf("%s  %s%s  from %s\n", message.id.print().c_str(),
              counted(message.content().size(), "byte").c_str(),
              message.content_is_whole ? "" : ", of which some are missing",
              printable(salvaged_sender(message)).c_str());
  for (auto const& address : waiting_recipients(message))
    std::printf("    for <%s>\n", printable(address).c_str());
  std::printf("    in %s\n", message.file.c_str());
  for (auto const& line : header_lines(message)) std::printf("    | %s\n", line.c_str());
}

boost::json::object salvaged_json(store::SalvagedMessage const& message) {
  boost::json::array recipients;
  for (auto const& address : waiting_recipients(message)) recipients.emplace_back(address);
  boost::json::array header;
  for (auto const& line : header_lines(message)) header.emplace_back(line);
  boost::json::object object{{"id", message.id.print()},
                             {"file", message.file},
                             {"bytes", message.content().size()},
                             {"content_is_whole", message.content_is_whole},
                             {"envelope_is_whole", message.envelope.has_value()},
                             {"recipients", std::move(recipients)},
                             {"header", std::move(header)}};
  if (message.envelope) object["sender"] = message.envelope->sender();
  return object;
}

// For its reader alone. Says why not.
Result<std::string, std::string> write_message(store::SalvagedMessage const& message,
                                               std::string const& directory) {
  auto const path = directory + "/" + message.id.print() + ".eml";
  auto& files = store::real_files();
  if (!files.make_directories(directory)) return fail(directory + ": cannot be made");
  auto file = files.create(path);
  if (!file) return fail(path + ": cannot be made; is it there already?");
  auto const content = message.content();
  std::string_view const piece = content;
  auto written = (*file)->append({&piece, 1});
  if (written) written = (*file)->sync();
  if (!written) return fail(path + ": cannot be written");
  return path;
}

void print_salvage(store::Salvage const& found, bool as_json) {
  if (as_json) {
    boost::json::array messages;
    for (auto const& message : found.messages) messages.emplace_back(salvaged_json(message));
    std::printf("%s\n", boost::json::serialize(messages).c_str());
    return;
  }
  for (auto const& file : found.files)
    std::printf("%s: %s cannot be read\n", file.path.c_str(), counted(file.damaged_bytes, "byte").c_str());
  for (auto const& message : found.messages) print_salvaged(message);
  std::printf("%s, %s\n", counted(found.files.size(), "damaged file").c_str(),
              counted(found.messages.size(), "damaged message").c_str());
}

}  // namespace

int recover_damaged(QueueOptions const& options, DataPaths const& paths) {
  bool const is_stopped = DataLock::take(paths.lock).has_value();
  auto found = store::salvage(store::real_files(), paths.spool,
                              is_stopped ? store::SalvageScope::all : store::SalvageScope::but_for_last);
  if (!found) return complain(found.error());
  if (!options.id.empty()) {
    auto const id = MessageId::parse(options.id);
    std::erase_if(found->messages, [&](auto const& message) { return message.id != id; });
    if (found->messages.empty()) return complain(options.id + ": no such damaged message");
  }
  print_salvage(*found, options.json);
  if (options.to.empty()) return 0;
  for (auto const& message : found->messages) {
    auto const written = write_message(message, options.to);
    if (!written) return complain(written.error());
    std::fprintf(stderr, "postern: written to %s\n", written->c_str());
  }
  return 0;
}

void tell_of_files_set_aside(DataPaths const& paths) {
  auto const files = store::set_aside_files(store::real_files(), paths.spool);
  if (files.empty()) return;
  std::fprintf(
      stderr, "postern: %s set aside, %s the first: see `postern queue recover`\n",
      counted(files.size(), "damaged file of the spool is", "damaged files of the spool are").c_str(),
      files.front().c_str());
}

}  // namespace postern::app
