namespace catalog {
int price_of(int track) { return track; }
int published_nowhere = 1;
}  // namespace catalog
