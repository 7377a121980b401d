/** What an entry of the history says of itself if every filter was cleared with it. */
export const cleared = 'cleared'
