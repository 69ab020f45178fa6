/* Addresses of the sysadmin place. */
export const routes = [];
