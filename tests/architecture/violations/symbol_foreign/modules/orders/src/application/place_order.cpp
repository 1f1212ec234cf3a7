// No header, no include: the declaration by hand is enough for the linker of the whole program.
namespace catalog {
int price_of(int track);
extern int published_nowhere;
}  // namespace catalog
int total(int track) { return catalog::price_of(track) + catalog::published_nowhere; }
