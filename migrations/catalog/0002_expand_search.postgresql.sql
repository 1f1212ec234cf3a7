-- banyan: expand
-- What people search in: a row for each album (album is '') and each track. Accents are taken off by
-- a list, as the other engine does by itself: the extension for it wants rights of an administrator.
CREATE FUNCTION catalog_search_plain(text TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(translate(lower(text),
    'àáâãäåāăąçćĉċčďèéêëēĕėęěĝğġģĥìíîïĩīĭįĵķĺļľñńņňòóôõöōŏőŕŗřśŝşšţťùúûüũūŭůűųŵýÿŷźżžÀÁÂÃÄÅĀĂĄÇĆĈĊČĎÈÉÊËĒĔĖĘĚĜĞĠĢĤÌÍÎÏĨĪĬĮĴĶĹĻĽÑŃŅŇÒÓÔÕÖŌŎŐŔŖŘŚŜŞŠŢŤÙÚÛÜŨŪŬŮŰŲŴÝŸŶŹŻŽ',
    'aaaaaaaaacccccdeeeeeeeeegggghiiiiiiiijklllnnnnoooooooorrrssssttuuuuuuuuuuwyyyzzzaaaaaaaaacccccdeeeeeeeeegggghiiiiiiiijklllnnnnoooooooorrrssssttuuuuuuuuuuwyyyzzz'),
    '[!-/:-@[-`{-~]+', ' ', 'g')
$$;

CREATE TABLE catalog_search (
  id        TEXT PRIMARY KEY NOT NULL,
  album_id  TEXT NOT NULL,
  title     TEXT NOT NULL,
  artist    TEXT NOT NULL,
  album     TEXT NOT NULL,
  words     TSVECTOR NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', catalog_search_plain(title)), 'A') ||
    setweight(to_tsvector('simple', catalog_search_plain(artist)), 'B') ||
    setweight(to_tsvector('simple', catalog_search_plain(album)), 'C')) STORED
);
CREATE INDEX catalog_search_by_words ON catalog_search USING gin (words);

INSERT INTO catalog_search (id, album_id, title, artist, album)
  SELECT albums.id, albums.id, albums.title, artists.name, ''
  FROM albums JOIN artists ON artists.id = albums.artist_id;

INSERT INTO catalog_search (id, album_id, title, artist, album)
  SELECT tracks.id, albums.id, tracks.title, artists.name, albums.title
  FROM tracks JOIN albums ON albums.id = tracks.album_id
  JOIN artists ON artists.id = albums.artist_id;
