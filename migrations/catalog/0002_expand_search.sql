-- banyan: expand
-- What people search in: a row for each album (album is '') and each track. The index holds its rows
-- itself, so it is read, written and moved like a table.
CREATE VIRTUAL TABLE catalog_search USING fts5 (
  id UNINDEXED, album_id UNINDEXED, title, artist, album,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

INSERT INTO catalog_search (id, album_id, title, artist, album)
  SELECT albums.id, albums.id, albums.title, artists.name, ''
  FROM albums JOIN artists ON artists.id = albums.artist_id;

INSERT INTO catalog_search (id, album_id, title, artist, album)
  SELECT tracks.id, albums.id, tracks.title, artists.name, albums.title
  FROM tracks JOIN albums ON albums.id = tracks.album_id
  JOIN artists ON artists.id = albums.artist_id;
