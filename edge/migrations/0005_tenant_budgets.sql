-- Budgets of all keys of a tenant together, in units; days and months are those of UTC. NULL: no limit.
ALTER TABLE tenants ADD COLUMN day_units INTEGER;
ALTER TABLE tenants ADD COLUMN month_units INTEGER;
ALTER TABLE tenants ADD COLUMN total_units INTEGER;
