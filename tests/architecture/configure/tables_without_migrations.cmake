# expect: banyan_add_module(reviews): nothing makes its TABLES reviews ratings: there is no folder
# expect: Write its first migration there, 0001_reviews.sql, or say MIGRATIONS
declare(reviews TABLES reviews ratings)
