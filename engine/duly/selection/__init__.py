"""From checked rules to statements; pure: nothing here runs one."""
