import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import PostalMime, { type Email } from 'postal-mime';

const WAIT_MS_MAX = 15_000;

export interface Mail {
  recipients: string[];
  message: Email;
}

/** A real SMTP server that keeps what it is given. */
export class MailSink {
  readonly mails: Mail[] = [];
  #waiting = new Set<() => void>();
  #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        PostalMime.parse(Buffer.concat(chunks)).then((message) => {
          this.#keep({ recipients, message });
          done();
        }, done);
      });
    },
  });

  static async start(): Promise<MailSink> {
    const sink = new MailSink();
    await new Promise<void>((resolve, reject) => {
      sink.#server.once('error', reject);
      sink.#server.listen(0, '127.0.0.1', resolve);
    });
    return sink;
  }

  get url(): string {
    const { port } = this.#server.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}`;
  }

  /** The first mail to a recipient whose subject matches, now or when it comes. */
  async waitFor(recipient: string, subject: RegExp): Promise<Email> {
    const find = () =>
      this.mails.find(
        ({ recipients, message }) => recipients.includes(recipient) && subject.test(message.subject ?? ''),
      );
    const giveUpAt = Date.now() + WAIT_MS_MAX;
    for (let found = find(); ; found = find()) {
      if (found) return found.message;
      if (!(await this.#nextMail(giveUpAt - Date.now()))) {
        const seen = this.mails.map(
          ({ recipients, message }) => `${recipients.join(', ')}: ${message.subject}`,
        );
        throw new Error(`No mail to ${recipient} about ${subject} came. Seen:\n${seen.join('\n')}`);
      }
    }
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }

  #keep(mail: Mail) {
    this.mails.push(mail);
    for (const wake of this.#waiting) wake();
  }

  /** Whether a mail came within the time. */
  #nextMail(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(came);
      };
      const wake = () => end(true);
      const timer = setTimeout(() => end(false), Math.max(waitMs, 0));
      this.#waiting.add(wake);
    });
  }
}
