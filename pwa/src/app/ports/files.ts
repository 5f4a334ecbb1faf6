/** The road without a line: sealed files by cable or share sheet. */
/** Whom a file can be made for: the bureau, or a partner's phone whose key is here. */
export interface FileRecipient {
  /** "server" or a device id. */
  to: string;
  name: string;
}

export interface FilePacked {
  file: File;
  entries: number;
  evidence: number;
}

export interface FileTaken {
  /** Name of the sender, or the bureau's. */
  from: string;
  entries: number;
  evidence: number;
  tasks: number;
  /** How many waiting things of ours the file confirms. */
  confirmed: number;
  /** Photos that could not be read out of the file: it was cut, or damaged on its way. The rest was taken in. */
  missing: number;
}

export interface FilesPort {
  readers(): Promise<FileRecipient[]>;
  /** Sealed for its reader, signed by this device. Refusals: packet_empty, packet_reader_unknown. */
  pack(errand: { to: string; inspections?: string[]; photos: boolean }): Promise<FilePacked>;
  /** Share sheet where there is one, else a download; false when the person closed the sheet. Call from a tap. */
  send(file: File): Promise<boolean>;
  /** Refusals: packet_unreadable, packet_not_for_us, packet_sender_unknown, packet_damaged, packet_newer. */
  take(file: Blob): Promise<FileTaken>;
}
