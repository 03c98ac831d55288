-- When calls take a route: a time zone and slots of the week.
ALTER TABLE outbound_routes ADD COLUMN hours TEXT; -- 'Asia/Singapore,1 09:00:00-18:00:00'
