#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>

#include "app/settings/build_config.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "app/settings/data_dir.hpp"
#include "app/server/destination_of.hpp"
#include "app/settings/settings_file.hpp"
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

// "2h", "3d": how long ago; for a glance.
std::string since(std::string const& at) {
  std::tm parts{};
  if (::strptime(at.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return at;
  auto const seconds = std::max<std::int64_t>(0, std::time(nullptr) - ::timegm(&parts));
  for (auto const& [unit, size] : {std::pair{'d', 86'400}, std::pair{'h', 3'600}, std::pair{'m', 60}})
    if (seconds >= size) return std::to_string(seconds / size) + unit;
  return std::to_string(seconds) + "s";
}

void print_destination(json::object const& one) {
  auto const count = [&](char const* key) {
    auto const* value = one.if_contains(key);
    return value != nullptr ? value->to_number<std::int64_t>() : 0;
  };
  std::printf("%8lld  oldest %-4s  %s", static_cast<long long>(count("recipients")),
              since(text_of(one, "oldest")).c_str(), printable(text_of(one, "destination")).c_str());
  if (count("held") > 0) std::printf("  (%lld held)", static_cast<long long>(count("held")));
  if (count("connections") > 0)
    std::printf("  (%lld connections)", static_cast<long long>(count("connections")));
  auto const rests = text_of(one, "rests_until");
  auto const next = rests.empty() ? text_of(one, "next") : rests;
  if (!next.empty()) std::printf("\n          next %s", next.c_str());
  auto const problem = text_of(one, "problem");
  auto const why = problem.empty() ? text_of(one, "last_reply") : problem;
  if (!why.empty()) std::printf("\n          %s", printable(why, 512).c_str());
  std::printf("\n");
}

void print_destinations(json::array const& destinations, bool as_json) {
  if (as_json) return void(std::printf("%s\n", json::serialize(destinations).c_str()));
  std::int64_t recipients = 0;
  for (auto const& one : destinations) {
    print_destination(one.as_object());
    recipients += one.at("recipients").to_number<std::int64_t>();
  }
  std::printf("%lld recipient%s wait%s for %zu destination%s\n", static_cast<long long>(recipients),
              recipients == 1 ? "" : "s", recipients == 1 ? "s" : "", destinations.size(),
              destinations.size() == 1 ? "" : "s");
}

// Talks to a running server.
class Running {
 public:
  Running(QueueOptions const& options, std::string socket) : options_(options), socket_(std::move(socket)) {}

  bool there = true;

  int run() {
    std::string const base = "/api/queue/";
    if (options_.action == "destinations") {
      auto const body = ask("GET", "/api/destinations");
      if (body) print_destinations(body->at("destinations").as_array(), options_.json);
      return body ? 0 : code_;
    }
    if (options_.action == "show") {
      auto const body = ask("GET", base + options_.id);
      if (body) print_one(*body, options_.json);
      return body ? 0 : code_;
    }
    if (options_.action == "list") {
      auto const all = list();
      if (all) print_list(*all, options_.json);
      return all ? 0 : code_;
    }
    if (options_.id.empty() && options_.destination.empty()) return act("POST", base + "retry");  // all
    if (!options_.id.empty()) return act_on(options_.id);
    auto const all = list();
    if (!all) return code_;
    for (auto const& message : *all)
      if (int const code = act_on(text_of(message.as_object(), "id")); code != 0) return code;
    return std::printf("%zu message%s\n", all->size(), all->size() == 1 ? "" : "s"), 0;
  }

 private:
  std::optional<json::object> ask(std::string const& method, std::string const& target) {
    auto answer = ask_server(socket_, method, target);
    code_ = 1;
    if (!answer) return complain(answer.error()), std::nullopt;
    there = answer->has_value();
    if (!there) return std::nullopt;
    auto body = (*answer)->body.as_object();
    if ((*answer)->status != 200) return complain(text_of(body, "error")), std::nullopt;
    return body;
  }

  int act(std::string const& method, std::string const& target) {
    auto const body = ask(method, target);
    if (body && options_.destination.empty()) std::printf("done\n");
    return body ? 0 : code_;
  }

  int act_on(std::string const& id) {
    std::string const target = "/api/queue/" + id;
    if (options_.action == "delete") return act("DELETE", target);
    return act("POST",
               target + "/" + options_.action + (options_.action == "move" ? "?to=" + options_.to : ""));
  }

  bool wanted(json::object const& message) const {
    if (options_.destination.empty()) return true;
    auto const& recipients = message.at("recipients").as_array();
    return std::any_of(recipients.begin(), recipients.end(), [&](auto const& r) {
      return text_of(r.as_object(), "destination") == options_.destination;
    });
  }

  std::optional<json::array> list() {
    json::array all;
    for (std::string target = "/api/queue";;) {
      auto const body = ask("GET", target);
      if (!body) return std::nullopt;
      for (auto const& message : body->at("messages").as_array())
        if (wanted(message.as_object())) all.push_back(message);
      if (body->at("next").is_null()) return all;
      target = "/api/queue?after=" + text_of(*body, "next");
    }
  }

  QueueOptions const& options_;
  std::string socket_;
  int code_ = 1;
};

int read_stopped(QueueOptions const& options, DataPaths const& paths, web::DestinationOf const& destination) {
  if (options.action != "destinations" && options.action != "list" && options.action != "show")
    return complain(
        "the server does not run: only destinations, list and show work on a stopped server's spool");
  store::SpoolIndex index;
  auto& files = store::real_files();
  if (auto const recovery = store::recover(files, paths.spool, index); !recovery)
    return complain(paths.spool + ": cannot be read");
  if (options.action != "show") {
    json::array messages;
    web::DestinationSummary summary(destination);
    MessageId last;
    for (auto ids = index.list(last, 1000); !ids.empty(); ids = index.list(last, 1000)) {
      for (auto id : ids) {
        auto const envelope = index.envelope(id);
        summary.add(*envelope);
        if (options.action == "list") messages.push_back(web::queue_json(id, *envelope, destination));
      }
      last = ids.back();
    }
    if (options.action == "list")
      print_list(messages, options.json);
    else
      print_destinations(summary.print({}), options.json);
    return 0;
  }
  auto const id = MessageId::parse(options.id);
  auto const* entry = id ? index.find(*id) : nullptr;
  if (entry == nullptr) return complain(options.id + ": no such message");
  auto message = web::queue_json(*id, *index.envelope(*id), destination);
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
  bool const needs =
      options.action != "destinations" && options.action != "list" && options.action != "retry";
  if (needs && options.id.empty() && (options.destination.empty() || options.action == "show"))
    return complain("queue " + options.action + ": of which message? Give its queue id, or --destination"), 2;
  auto const read =
      options.config.empty() ? SettingsRead{default_settings(), {}} : read_settings(options.config);
  if (!read.errors.empty()) return complain(read.errors.front());
  std::string const directory =
      options.data_dir.empty() ? read.settings.path(read.settings.data_dir) : options.data_dir;
  DataPaths const paths(directory);
  Running running(options, paths.control);
  int const code = running.run();
  if (running.there) return code;
  auto const built = check_config(read.settings);
  if (!built.errors.empty()) return complain(built.errors.front());
  return read_stopped(options, paths, destination_of(built.delivery));
}

}  // namespace postern::app
