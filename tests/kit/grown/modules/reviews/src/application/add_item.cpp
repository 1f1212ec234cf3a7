#include "application/use_cases.hpp"
#include "domain/item_text.hpp"

namespace reviews {

banyan::Result<Item> add_item(const UseCaseContext& use_case, const AddItem& request,
                              const banyan::Context& context) {
  banyan::Result<std::string> text = item_text(request.text);
  if (!text) return banyan::fail(text.error());
  if (request.about) {
    const auto note = use_case.needs.notes.handle(notes::GetItem{*request.about}, context);
    if (!note && note.error().rule == "notes.unknown_item") {
      return banyan::fail(banyan::ErrorCode::FailedPrecondition, "reviews.unknown_note",
                          "there is no note " + request.about->str());
    }
    if (!note) return banyan::fail(note.error());
  }
  const banyan::Environment& environment = use_case.environment;
  return use_case.store.write(context, [&](ItemsWriting& items) -> banyan::Result<Item> {
    const Item item{ItemId::make_after(items.newest(), environment.clock.now(), environment.random),
                    *text, request.about};
    items.add(item);
    return item;
  });
}

}  // namespace reviews
