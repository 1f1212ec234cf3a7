// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "banyan/kernel/saga.hpp"
#include "command_line/groups.hpp"
#include "exit_code.hpp"

namespace banyan::cli {
namespace {

struct SagaWords {
  SagasOptions options;
  std::string ordered;  ///< the saga that an order is about
};

void add_saga_order(CommandSet& set, CLI::App& parent, const std::shared_ptr<SagaWords>& words,
                    const std::string& verb, const std::string& description,
                    const std::string& why) {
  CLI::App* added = set.command(parent, verb, description,
                                "  banyan sagas " + verb + " sag_018f3c… --why \"" + why + "\"",
                                [] { return kDone; });
  // The action is that of `sagas`, whose callback comes last.
  added->callback([words, verb] { words->options.verb = verb; });
  added->add_option("SAGA", words->ordered, "Its id")
      ->required()
      ->type_name("ID")
      ->check([](const std::string& text) {
        return SagaId::parse(text) ? std::string()
                                   : '"' + text +
                                         "\" is no id of a saga: sag_ and 32 hexadecimal digits. "
                                         "`banyan sagas` lists them";
      });
  if (verb == "mark") {
    added
        ->add_option("--at", words->options.at,
                     "The step that is meant, as `banyan sagas` says where the saga is: it is "
                     "refused when the saga is elsewhere by then. Without it: where it is now")
        ->type_name("STEP");
  }
  set.reason_of(added, words->options.who, words->options.why, true, "the log and the saga's step");
}

std::string odd_words(const CommandSet& set, const SagasOptions& options) {
  if (!options.verb.empty() && (!options.id.empty() || options.open)) {
    return "`banyan sagas " + options.verb + "` is about one saga: give it one id, and no --open";
  }
  if (set.target().store.empty()) return {};
  return "sagas are in the modules' tables, not in a control store: ask a running process with "
         "--url";
}

}  // namespace

void add_sagas(CommandSet& set) {
  const auto words = std::make_shared<SagaWords>();
  CLI::App* added = set.command(
      "sagas", "Show work over several modules: what is under way, stuck, and over lately",
      "  banyan sagas\n  banyan sagas --open\n"
      "  banyan sagas sag_018f3c…   one of them, step by step\n"
      "  banyan sagas ord_018f3c…   those about an order\n"
      "  banyan sagas retry sag_018f3c… --why \"the provider is back\"\n"
      "\nThe same with a picture: /_banyan/sagas of the process",
      [&set, words] {
        SagasOptions& options = words->options;
        options.json = set.json();
        if (options.verb.empty()) return sagas(set.target(), options);
        options.id = words->ordered;
        return order_saga(set.target(), options);
      });
  set.asks(added);
  set.refuse_if([&set, words, added] {
    return added->parsed() ? odd_words(set, words->options) : std::string();
  });
  added->add_option("ID", words->options.id, "Of a saga, or of what it is about")->type_name("ID");
  added->add_flag("--open", words->options.open, "Only those that are not over");
  add_saga_order(set, *added, words, "retry",
                 "Ask for the step again, with a fresh count of attempts", "the provider is back");
  add_saga_order(set, *added, words, "mark",
                 "Say that the step which it is stuck at, or waits for, is done; on the way "
                 "back, that it is "
                 "undone",
                 "refunded by bank transfer, receipt 4711");
  add_saga_order(set, *added, words, "back",
                 "Turn it back: what was done is undone, if it still can be",
                 "the customer has called");
}

}  // namespace banyan::cli
