#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/control_client.hpp"
#include "app/data_dir.hpp"
#include "app/settings_file.hpp"
#include "base/ascii.hpp"
#include "store/recovery.hpp"
#include "store/segment_reader.hpp"
#include "web/queue_json.hpp"

namespace postern::app {
namespace {

namespace json = boost::json;

int complain(std::string const& what) {
  std::fprintf(stderr, "postern: %s\n", what.c_str());
  return 1;
}

std::string text_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(json::string_view(key.data(), key.size()));
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

void print_message(json::object const& message) {
  auto const sender = text_of(message, "sender");
  std::printf("%s  %s  %8lld bytes  from <%s>%s\n", text_of(message, "id").c_str(),
              text_of(message, "arrived").c_str(),
              static_cast<long long>(message.at("size").to_number<std::int64_t>()), printable(sender).c_str(),
              message.at("held").as_bool() ? "  HELD" : "");
  for (auto const& item : message.at("recipients").as_array()) {
    auto const& r = item.as_object();
    std::printf("    %-9s <%s>", text_of(r, "state").c_str(), printable(text_of(r, "address")).c_str());
    if (auto const due = text_of(r, "due"); !due.empty())
      std::printf("  tried %lld times, next %s",
                  static_cast<long long>(r.at("attempts").to_number<std::int64_t>()), due.c_str());
    if (auto const reply = text_of(r, "last_reply"); !reply.empty())
      std::printf("\n              %s", reply.c_str());
    std::printf("\n");
  }
}

void print_list(json::array const& messages, bool as_json) {
  if (as_json) return void(std::printf("%s\n", json::serialize(messages).c_str()));
  for (auto const& message : messages) print_message(message.as_object());
  std::printf("%zu message%s\n", messages.size(), messages.size() == 1 ? "" : "s");
}

void print_one(json::object const& message, bool as_json) {
  if (as_json) return void(std::printf("%s\n", json::serialize(message).c_str()));
  print_message(message);
  if (auto const header = text_of(message, "header"); !header.empty()) {
    std::printf("\n");
    for (char c : header)
      if (c != '\r') std::putchar(c == '\n' || c == '\t' || (c >= ' ' && c != 0x7F) ? c : '?');
    std::printf("\n");
  }
}

int ask_running(QueueOptions const& options, std::string const& socket, bool& running) {
  running = true;
  json::array all;
  std::string const base = "/api/queue";
  bool const listing = options.action == "list";
  bool const showing = options.action == "show";
  std::string target = listing                                 ? base
                       : showing || options.action == "delete" ? base + "/" + options.id
                       : options.id.empty()                    ? base + "/" + options.action
                                            : base + "/" + options.id + "/" + options.action;
  std::string const method = listing || showing ? "GET" : options.action == "delete" ? "DELETE" : "POST";
  for (;;) {
    auto const answer = ask_server(socket, method, target);
    if (!answer) return complain(answer.error());
    if (!*answer) return running = false, 0;
    auto const& body = (*answer)->body.as_object();
    if ((*answer)->status != 200) return complain(text_of(body, "error"));
    if (showing) return print_one(body, options.json), 0;
    if (!listing) return std::printf("done\n"), 0;
    auto const& page = body.at("messages").as_array();
    all.insert(all.end(), page.begin(), page.end());
    if (body.at("next").is_null()) break;
    target = base + "?after=" + text_of(body, "next");
  }
  print_list(all, options.json);
  return 0;
}

int read_stopped(QueueOptions const& options, DataPaths const& paths) {
  if (options.action != "list" && options.action != "show")
    return complain("the server does not run: only list and show work on a stopped server's spool");
  store::SpoolIndex index;
  auto& files = store::real_files();
  if (auto const recovery = store::recover(files, paths.spool, index); !recovery)
    return complain(paths.spool + ": cannot be read");
  if (options.action == "list") {
    json::array messages;
    MessageId last;
    for (auto ids = index.list(last, 1000); !ids.empty(); ids = index.list(last, 1000)) {
      for (auto id : ids) messages.push_back(web::queue_json(id, *index.envelope(id)));
      last = ids.back();
    }
    print_list(messages, options.json);
    return 0;
  }
  auto const id = MessageId::parse(options.id);
  auto const* entry = id ? index.find(*id) : nullptr;
  if (entry == nullptr) return complain(options.id + ": no such message");
  auto message = web::queue_json(*id, *index.envelope(*id));
  if (!entry->chunks.empty()) {
    auto const& segment = index.segments().at(entry->chunks.front().segment);
    auto const content = store::read_content(*segment.file, segment.salt, *id, entry->chunks.front());
    if (content) message["header"] = content->substr(0, content->find("\r\n\r\n"));
  }
  print_one(message, options.json);
  return 0;
}

}  // namespace

int run_queue(QueueOptions const& options) {
  auto const read =
      options.config.empty() ? SettingsRead{default_settings(), {}} : read_settings(options.config);
  if (!read.errors.empty()) return complain(read.errors.front());
  std::string const directory =
      options.data_dir.empty() ? read.settings.path(read.settings.data_dir) : options.data_dir;
  DataPaths const paths(directory);
  bool running = false;
  int const code = ask_running(options, paths.control, running);
  return running ? code : read_stopped(options, paths);
}

}  // namespace postern::app
